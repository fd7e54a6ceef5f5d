package mapping

// ThreadUpdate says what of a thread to change. Nil and what is not listed stay
// as they are; a metadata key with an empty value goes.
type ThreadUpdate struct {
	Topic    *string
	Metadata Metadata
}

// MessageUpdate says what of a message to change, in the same way.
type MessageUpdate struct {
	Content  *string
	Metadata Metadata
}

// Update is what turns old into md: changed and new keys, and those to be
// removed with an empty value. It is nil when nothing differs.
func (md Metadata) Update(old Metadata) Metadata {
	var u Metadata
	set := func(k, v string) {
		if u == nil {
			u = make(Metadata)
		}
		u[k] = v
	}
	for k, v := range md {
		if was, ok := old[k]; !ok || was != v {
			set(k, v)
		}
	}
	for k := range old {
		if _, ok := md[k]; !ok {
			set(k, "")
		}
	}
	return u
}
