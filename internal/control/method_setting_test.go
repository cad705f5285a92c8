package control

import "testing"

// The canonical form of a key is one: it stays when it is taken again.
func FuzzCanonicalSetting(f *testing.F) {
	for _, k := range []string{"*/*", "pets/GET", "a~1b/GET", "a/b/GET", "~1/GET", "/GET", "//", "", "~1~1a/*"} {
		f.Add(k)
	}
	f.Fuzz(func(t *testing.T, k string) {
		once := canonicalSetting(k)
		if twice := canonicalSetting(once); twice != once {
			t.Errorf("%q becomes %q, and that becomes %q", k, once, twice)
		}
		if p, ok := settingOf("/" + k + "/caching/enabled"); ok && canonicalSetting(p.method) != once {
			t.Errorf("the path of %q is read as %q", k, p.method)
		}
	})
}
