package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// jars are what the driver of Velocity needs, from Debian's packages velocity
// and libjsonpath-java with what they depend on.
var jars = []string{
	"velocity", "commons-collections3", "commons-lang",
	"json-path", "json-smart", "slf4j-api", "slf4j-nop",
	"jackson-databind", "jackson-core", "jackson-annotations",
}

// unpack writes the workloads and the drivers to dir, where the peers read them.
func unpack(dir string) error {
	entries, err := fs.ReadDir(files, "testdata")
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := files.ReadFile("testdata/" + e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// velocity starts Apache Velocity 1.7. It says what is missing if it cannot.
func velocity(dir, jarDir string) (*contestant, error) {
	for _, tool := range []string{"javac", "java"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%s is not installed (Debian: default-jdk-headless)", tool)
		}
	}
	var path []string
	for _, jar := range jars {
		file := filepath.Join(jarDir, jar+".jar")
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("%s is not there (Debian: velocity, libjsonpath-java, libjackson2-databind-java)", file)
		}
		path = append(path, file)
	}
	libraries := strings.Join(path, string(os.PathListSeparator))
	compile := exec.Command("javac", "-nowarn", "-cp", libraries, "-d", dir, filepath.Join(dir, "Velocity.java"))
	if out, err := compile.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("javac: %w\n%s", err, out)
	}
	class := libraries + string(os.PathListSeparator) + dir
	return start("velocity", exec.Command("java", "-cp", class, "Velocity", dir))
}

// velocityjs installs the library into dir, which goes when the program ends,
// and starts it. It says what is missing if it cannot.
func velocityjs(dir, version string) (*contestant, error) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%s is not installed", tool)
		}
	}
	modules := filepath.Join(dir, "npm")
	if err := os.MkdirAll(modules, 0o700); err != nil {
		return nil, err
	}
	install := exec.Command("npm", "install", "--prefix", modules, "--no-audit", "--no-fund", "velocityjs@"+version)
	install.Dir = modules
	if out, err := install.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("npm install velocityjs@%s: %w", version, err), errors.New(strings.TrimSpace(string(out))))
	}
	return start("velocityjs", exec.Command("node", filepath.Join(dir, "velocityjs.cjs"), dir, modules))
}
