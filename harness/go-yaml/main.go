// Compares what kubectl and Helm read in YAML with what set-prestop reads.
//
// Its stdin is the output of yaml/examples/values.rs: a line of JSON for each file.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"sort"

	"k8s.io/apimachinery/pkg/util/yaml"
	sigs "sigs.k8s.io/yaml"
)

type document struct {
	Value any    `json:"value"`
	Error string `json:"error"`
}

type file struct {
	File      string     `json:"file"`
	Documents []document `json:"documents"`
}

var (
	counts = map[string]int{}
	shown  = map[string]string{}
	failed bool
)

func count(class, where string) {
	counts[class]++
	if _, known := shown[class]; !known {
		shown[class] = where
	}
}

// The documents as kubectl tells them apart, but for those that hold nothing.
func documents(text []byte) ([]document, error) {
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	var all []document
	for {
		part, err := reader.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		converted, err := sigs.YAMLToJSON(part)
		if err != nil {
			all = append(all, document{Error: err.Error()})
			continue
		}
		var value any
		if err := json.Unmarshal(converted, &value); err != nil {
			return all, err
		}
		if value != nil {
			all = append(all, document{Value: value})
		}
	}
}

// What YAML 1.1 takes for something else than YAML 1.2 does: words for booleans, numbers with an underscore, a leading 0 or colons.
var olderScalar = regexp.MustCompile(`^([yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?0[bxo]?[0-9a-fA-F_]+)$`)

// Whether two values agree, and whether they only do so because a plain scalar may be read in two ways.
func agree(ours, theirs any) (same, older bool) {
	switch ours := ours.(type) {
	case map[string]any:
		theirs, is := theirs.(map[string]any)
		if !is || len(ours) != len(theirs) {
			return false, false
		}
		for key, value := range ours {
			other, is := theirs[key]
			if !is {
				return false, false
			}
			same, old := agree(value, other)
			if !same {
				return false, false
			}
			older = older || old
		}
		return true, older
	case []any:
		theirs, is := theirs.([]any)
		if !is || len(ours) != len(theirs) {
			return false, false
		}
		for index := range ours {
			same, old := agree(ours[index], theirs[index])
			if !same {
				return false, false
			}
			older = older || old
		}
		return true, older
	}
	if reflect.DeepEqual(ours, theirs) {
		return true, false
	}
	switch theirs.(type) {
	case map[string]any, []any:
		return false, false
	}
	text := fmt.Sprint(ours)
	return olderScalar.MatchString(text), true
}

// Numbers and places are nobody's class.
var particular = regexp.MustCompile(`line [0-9]+|column [0-9]+|[0-9]+:[0-9]+|[0-9]+|"[^"]*"|'[^']*'|` + "`[^`]*`")

func class(text string) string {
	return particular.ReplaceAllString(text, "…")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<30)
	for lines.Scan() {
		var ours file
		if err := json.Unmarshal(lines.Bytes(), &ours); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		counts["files"]++
		text, err := os.ReadFile(ours.File)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		// kubectl's reader ends the last line, which changes a block scalar there.
		if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
			count("not compared: the last line has no end, and kubectl gives it one", ours.File)
			continue
		}
		theirs, err := documents(text)
		if err != nil {
			count("they refuse the stream: "+class(err.Error()), ours.File)
			continue
		}
		compare(ours, theirs)
	}
	var classes []string
	for class := range counts {
		classes = append(classes, class)
	}
	sort.Strings(classes)
	for _, class := range classes {
		fmt.Printf("%6d  %s  %s\n", counts[class], class, shown[class])
	}
	if failed {
		os.Exit(1)
	}
}

func compare(ours file, theirs []document) {
	refused := func(all []document) string {
		for _, part := range all {
			if part.Error != "" {
				return part.Error
			}
		}
		return ""
	}
	our, their := refused(ours.Documents), refused(theirs)
	switch {
	case our != "" && their != "":
		count("both refuse", ours.File)
		return
	case our != "":
		count("they take and we refuse: "+class(our), ours.File)
		return
	case their != "":
		count("we take and they refuse: "+class(their), ours.File)
		return
	case len(ours.Documents) != len(theirs):
		count("documents are told apart in another way", fmt.Sprintf("%s: %d and theirs %d", ours.File, len(ours.Documents), len(theirs)))
		return
	}
	for index := range theirs {
		same, older := agree(ours.Documents[index].Value, theirs[index].Value)
		switch {
		case !same:
			failed = true
			one, _ := json.Marshal(ours.Documents[index].Value)
			two, _ := json.Marshal(theirs[index].Value)
			count("DIFFERENT VALUES", fmt.Sprintf("%s, document %d\n%s\n%s", ours.File, index+1, one, two))
		case older:
			count("documents alike but for a scalar that YAML 1.1 reads otherwise", ours.File)
		default:
			counts["documents alike"]++
		}
	}
}
