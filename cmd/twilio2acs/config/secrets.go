package config

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
)

// SecretVariables are the environment variables that hold secrets. Each may be
// given as a file instead, whose name stands in the variable of that name and _FILE.
var SecretVariables = []string{
	"TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN", "ACS_CONNECTION_STRING", "AZURE_STORAGE_CONNECTION_STRING",
}

const fileSuffix = "_FILE"

// maxSecret bounds a file with a secret, in bytes: what is longer is another file.
const maxSecret = 64 << 10

// Secret is the secret that the environment has under name, from the variable
// itself or from the file that name_FILE names; empty for none. Errors name the
// variable and the file, never what is in them.
func Secret(name string, env func(string) string) (string, error) {
	value, path := env(name), env(name+fileSuffix)
	mistake := func(problem, remedy string) error {
		return &Mistake{Where: name + fileSuffix, Problem: problem, Remedy: remedy}
	}
	switch {
	case path == "":
		return value, nil
	case value != "":
		return "", mistake(name+" is set as well", "unset one of them")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", mistake(err.Error(), "name a file with nothing but the secret in it")
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	switch secret := strings.TrimSpace(string(text)); {
	case err != nil:
		return "", mistake(err.Error(), "name a file with nothing but the secret in it")
	case len(text) > maxSecret:
		return "", mistake(fmt.Sprintf("%s is longer than %d bytes", path, maxSecret), "name a file with nothing but the secret in it")
	case secret == "":
		return "", mistake(path+" is empty", "write the secret into it")
	default:
		return secret, nil
	}
}

// Exposed are the files of secrets that others than their owner can read.
func Exposed(env func(string) string) []string {
	var paths []string
	for _, name := range SecretVariables {
		path := env(name + fileSuffix)
		if info, err := os.Stat(path); err == nil && openToOthers(info) {
			paths = append(paths, path)
		}
	}
	return paths
}

// openToOthers reports whether others than the owner may read a file. Windows keeps
// that elsewhere.
func openToOthers(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o044 != 0
}

// secretNamed is the secret variable that somebody meant with a key of a file, in
// whatever spelling; empty for none.
func secretNamed(key string) string {
	plain := strings.NewReplacer("-", "", "_", "", ".", "")
	word := plain.Replace(strings.ToUpper(key))
	word = strings.TrimSuffix(word, "FILE")
	for _, name := range SecretVariables {
		_, short, _ := strings.Cut(name, "_")
		if word == plain.Replace(name) || word == plain.Replace(short) {
			return name
		}
	}
	return ""
}

// holdsSecret reports whether value looks like a connection string with a key.
func holdsSecret(value string) bool {
	value = strings.ToLower(value)
	return strings.Contains(value, "accesskey=") || strings.Contains(value, "accountkey=") || strings.Contains(value, "sharedaccesssignature=")
}
