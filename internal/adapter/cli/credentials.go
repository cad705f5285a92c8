package cli

import (
	"net/http"
	"os"
	"runtime"

	"postern/internal/sigv4"
)

// This file reads access keys: those that a gateway accepts, and the one that
// what is asked of it is signed with.

// profiles reads the file of credentials. Without one there are none.
func (c *command) profiles(p *place) ([]sigv4.Profile, error) {
	if p.keys == "" {
		return nil, nil
	}
	f, err := os.Open(p.keys)
	if err != nil {
		return nil, failed("", "--credentials: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 && !p.warned {
		p.warned = true
		c.note("%s %s can be read by others (mode %04o): chmod 600 %s", c.style.yellow("!"), p.keys, info.Mode().Perm(), p.keys)
	}
	profiles, err := sigv4.ReadProfiles(f)
	if err != nil {
		return nil, failed("", "%s:%w", p.keys, err)
	}
	if len(profiles) == 0 {
		return nil, failed("write a profile with aws_access_key_id and aws_secret_access_key", "%s: there is no access key in it", p.keys)
	}
	return profiles, nil
}

// signer returns what signs requests to the gateway, or nil if there is nothing
// to sign with: with a profile of --credentials, else with the access key of the
// environment.
func (c *command) signer(p *place) (http.RoundTripper, error) {
	profiles, err := c.profiles(p)
	if err != nil {
		return nil, err
	}
	name, asked := p.profile, p.profile != ""
	if !asked {
		name, asked = c.first("AWS_PROFILE"), false
	}
	chosen := sigv4.Credentials{AccessKeyID: c.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: c.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: c.Getenv("AWS_SESSION_TOKEN")}
	if len(profiles) > 0 {
		chosen = profiles[0].Credentials
		found := false
		for _, want := range []string{name, "default"} {
			for i := range profiles {
				if !found && profiles[i].Name == want {
					chosen, found = profiles[i].Credentials, true
				}
			}
			if asked && !found {
				return nil, usage("", "--profile: %s has no profile %q with an access key", p.keys, cutText(name, 80))
			}
		}
	}
	if chosen.AccessKeyID == "" || chosen.SecretAccessKey == "" {
		return nil, nil
	}
	region := p.region
	if region == "" {
		region = "us-east-1"
	}
	return &sigv4.Transport{Credentials: chosen, Region: region, Service: "postern"}, nil
}
