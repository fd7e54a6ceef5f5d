package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"twilio2acs": main})
}

// TestScript runs the scenarios in testdata/script: the program as people use
// it, in processes of its own.
func TestScript(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join(repo, "testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Values[serversKey{}] = servers{}
			env.Values[heldKey{}] = &held{}
			env.Values[usersKey{}] = users{}
			env.Setenv("GOLDEN", filepath.Join(repo, "testdata", "golden"))
			for _, name := range []string{"tiny", "contoso"} {
				from := filepath.Join(repo, "testdata", "snapshots", name)
				if err := os.CopyFS(filepath.Join(env.WorkDir, name), os.DirFS(from)); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds:                scriptCommands,
		Condition:           scriptCondition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}
