// The reader that Go's tools use for function.yaml: it has to take the definition, a good configuration, and no bad one.
package main

import (
	"fmt"
	"os"

	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

func main() {
	definition, _ := os.ReadFile(os.Args[1])
	kind := resid.NewGvk("set-prestop.dev", "v1alpha1", "SetPreStop")
	schema, err := framework.SchemaFromFunctionDefinition(kind, string(definition))
	if err != nil {
		fmt.Println("definition:", err)
		os.Exit(1)
	}
	for _, file := range os.Args[2:] {
		text, _ := os.ReadFile(file)
		var config map[string]any
		if err := yaml.Unmarshal(text, &config); err != nil {
			fmt.Println(file, err)
			continue
		}
		fmt.Println(file, "=>", validate.AgainstSchema(schema, config, strfmt.Default))
	}
}
