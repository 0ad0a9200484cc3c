// What helm-controller does with the `postRenderers` of a HelmRelease: kustomize's own API, in memory, over what the chart renders, with
// the types of Flux for the patches and the options of its controller (`internal/postrender`, which no other module may import).
// usage: go run . RELEASE < render > result
package main

import (
	"encoding/json"
	"io"
	"log"
	"os"

	"github.com/fluxcd/pkg/apis/kustomize"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

type release struct {
	Spec struct {
		PostRenderers []struct {
			Kustomize struct {
				Patches []kustomize.Patch `json:"patches"`
			} `json:"kustomize"`
		} `json:"postRenderers"`
	} `json:"spec"`
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func target(s *kustomize.Selector) *types.Selector {
	if s == nil {
		return nil
	}
	gvk := resid.Gvk{Group: s.Group, Version: s.Version, Kind: s.Kind}
	return &types.Selector{
		ResId:              resid.ResId{Gvk: gvk, Name: s.Name, Namespace: s.Namespace},
		LabelSelector:      s.LabelSelector,
		AnnotationSelector: s.AnnotationSelector,
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	must(err)
	var made release
	must(yaml.Unmarshal(text, &made))
	result, err := io.ReadAll(os.Stdin)
	must(err)
	for _, renderer := range made.Spec.PostRenderers {
		folder := filesys.MakeFsInMemory()
		must(folder.WriteFile("render.yaml", result))
		all := types.Kustomization{Resources: []string{"render.yaml"}}
		for _, patch := range renderer.Kustomize.Patches {
			all.Patches = append(all.Patches, types.Patch{Patch: patch.Patch, Target: target(patch.Target)})
		}
		text, err := json.Marshal(all)
		must(err)
		must(folder.WriteFile("kustomization.yaml", text))
		options := &krusty.Options{LoadRestrictions: types.LoadRestrictionsNone, PluginConfig: types.DisabledPluginConfig()}
		built, err := krusty.MakeKustomizer(options).Run(folder, ".")
		must(err)
		result, err = built.AsYaml()
		must(err)
	}
	_, err = os.Stdout.Write(result)
	must(err)
}
