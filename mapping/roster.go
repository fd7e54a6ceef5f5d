package mapping

// Member is a Twilio participant as a member of the thread.
type Member struct {
	Key         PersonKey
	DisplayName string
	Metadata    Metadata
	Participant Participant
}

// Sender is who sends a message.
type Sender struct {
	Key         PersonKey
	DisplayName string // senderDisplayName; never empty
	// Temporary is set for senders that are no participant of the
	// conversation: they are members only while the history is written.
	Temporary bool
}

// Roster knows who is who in one conversation.
type Roster struct {
	// Members are the participants, in the order of their SIDs' listing, each
	// person once.
	Members []Member
	// unexported fields to be added
}

// Roster sorts the participants of c. Losses concern participants.
func (r Rules) Roster(c Conversation, participants []Participant, dir Directory) (*Roster, []Loss) {
	panic("unwritten")
}

// Sender finds who sends m.
func (ro *Roster) Sender(m Message) Sender { panic("unwritten") }
