package main

// decisions writes the policies that the plan was made under: the flags that
// decide what is written, and whether it is.
func (r *planResult) decisions(t *textWriter) {
	if len(r.Policies) == 0 {
		return // there is no plan
	}
	width := 0
	for _, p := range r.Policies {
		width = max(width, len(p.Name))
	}
	t.printf("\n")
	t.heading("Decided by flags:")
	for _, p := range r.Policies {
		if p.Value != "" {
			t.printf("  %-*s  %s\n", width, p.Name, lineOf(p.Value))
		}
	}
}
