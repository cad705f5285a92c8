package stack

import (
	"testing"

	"postern/internal/lang/cfn"
)

func TestExamineFindsAllKindsOfErrors(t *testing.T) {
	l := newLab(t)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "Parameters: {P: {Type: String}}\nResources: {A: {Type: Test::A::Thing, Properties: {Size: !Ref P}}}", nil},
		{"syntax", "Resources: [", []string{"t.yaml:2:1: did not find expected node content while parsing a flow node"}},
		{"all", `
Resources:
  A: {Type: Test::A::Thing, Properties: {Size: 5000, Uses: !Ref Nowhere}}
  B: {Type: Test::A::Thin, Properties: {Size: 5000}}
  C: {Type: Test::A::Thing, Properties: {Sise: 1, Uses: !GetAtt A.Nope}}
  D: {Properties: {}}
`, []string{
			"t.yaml:3:48: Resources.A.Properties.Size: 5000 is outside 0–999",
			`t.yaml:3:65: Resources.A.Properties.Uses.Ref: there is no resource or parameter "Nowhere"`,
			"t.yaml:4:13: Resources.B.Type: there is no resource type Test::A::Thin",
			"t.yaml:5:48: Resources.C.Properties.Sise: there is no such property",
			"t.yaml:5:65: Resources.C.Properties.Uses.Fn::GetAtt: Test::A::Thing has no attribute Nope",
			"t.yaml:6:3: Resources.D: has no Type",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, _ := Examine("t.yaml", []byte(tt.text), "", cfn.Input{}, l.Types, cfn.Limits{})
			var got []string
			for _, e := range found {
				got = append(got, e.Error())
			}
			equal(t, got, tt.want)
		})
	}
}
