package mapping

import "fmt"

// Carried is m of conversation c as the expressions of r select it: with LeftOut set if
// it is not carried, and with only those files in Media that are. Whoever reads
// messages to carry or to compare them reads them through it, so that everybody
// compares the same. Its error is that an expression does not say.
func (r Rules) Carried(c Conversation, m Message) (Message, error) {
	e := r.expressions()
	if e.CarriesMessage != nil {
		carries, err := e.CarriesMessage(c, m)
		if err != nil {
			return m, undecided(FlagWhereMessage, "it", err)
		}
		m.LeftOut = !carries
	}
	if e.CarriesMedia == nil || len(m.Media) == 0 {
		return m, nil
	}
	whole, all := m, m.Media
	m.Media, m.LeftOutMedia = nil, nil
	for _, f := range all {
		carries, err := e.CarriesMedia(c, whole, f)
		switch {
		case err != nil:
			return whole, undecided(FlagWhereMedia, "media "+string(f.SID), err)
		case carries:
			m.Media = append(m.Media, f)
		default:
			m.LeftOutMedia = append(m.LeftOutMedia, f)
		}
	}
	return m, nil
}

// undecided is the error of an expression that does not say whether an item is carried;
// "it" is the one that the caller names.
func undecided(flag, item string, err error) error {
	return fmt.Errorf("--%s does not say whether %s is carried: %w", flag, item, err)
}

// SelectsItems reports whether Carried may leave anything out.
func (r Rules) SelectsItems() bool {
	e := r.expressions()
	return e.CarriesMessage != nil || e.CarriesMedia != nil
}
