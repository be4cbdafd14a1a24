// Dockerfile checks a Dockerfile as `docker build --check` does: the builder's own parser and rules, without an engine.
//
// Usage: dockerfile FILE
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/opencontainers/go-digest"
)

func main() {
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	source := llb.NewSourceMap(nil, file, "Dockerfile", text)
	source.Definition = &llb.Definition{}
	options := dockerfile2llb.ConvertOpt{MetaResolver: unfetched{}, SourceMap: source}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, options)
	if err != nil {
		return err
	}
	var found []error
	for _, warning := range results.Warnings {
		line := warning.Location.Ranges[0].Start.Line
		found = append(found, fmt.Errorf("%s:%d: %s: %s", file, line, warning.RuleName, warning.Detail))
	}
	if results.Error != nil {
		found = append(found, fmt.Errorf("%s: %s", file, results.Error.Message))
	}
	return errors.Join(found...)
}

// unfetched stands for any base image: nothing is asked of a registry, and nothing is known of what an image holds.
type unfetched struct{}

func (unfetched) ResolveImageConfig(
	_ context.Context, name string, _ sourceresolver.Opt,
) (string, digest.Digest, []byte, error) {
	return name, digest.FromString(name), []byte(`{"architecture":"amd64","os":"linux","config":{}}`), nil
}
