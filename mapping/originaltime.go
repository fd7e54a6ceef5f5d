package mapping

// originalTimeLayout is how readers are shown when a message was written.
const originalTimeLayout = "[2006-01-02 15:04 UTC] "

// prefixes reports whether messages begin with their original time.
func (r Rules) prefixes() bool { return r.OriginalTime == OriginalTimePrefix }

// originalTime is what the text of the message begins with, under the policy that
// shows readers its original time. An edit keeps it: it is that of the writing.
func (d *drafting) originalTime() string {
	if !d.rules.prefixes() {
		return ""
	}
	wrote, err := d.m.DateCreated.Time()
	if err != nil || wrote.IsZero() {
		d.lose(LossOriginalTimeUnknown, "")
		return ""
	}
	return wrote.UTC().Format(originalTimeLayout)
}
