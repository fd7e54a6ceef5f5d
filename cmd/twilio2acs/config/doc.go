// Package config is where the flags of commands get their values from when the
// command line does not say: a YAML file, with profiles in it, and the environment.
//
// It knows no flag by name. Whatever flags a command has can be set in the file
// under the name of the flag, or as TWILIO2ACS_ and that name in capitals with
// underscores:
//
//	source: twilio              # every command that has --source
//	accept: [timestamps-lost]   # several values
//	commands:
//	  run:
//	    settle: 90s             # this command only
//	profiles:
//	  staging:                  # with --profile staging
//	    dest: local:staging
//
// What is nearer wins: flag, environment, profile, file, default; and within a
// file or a profile, what is said of one command wins over what is said of all.
//
// Secrets are no flags and have no place in the file. Secrets reads them from the
// environment, or from files that the environment names.
package config
