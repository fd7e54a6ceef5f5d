package migrate

// priority is a queue that gives the least item first. It knows where each item
// stands, so that one in the middle can be moved or taken out in O(log n).
type priority[T any] struct {
	items []T
	less  func(a, b T) bool
	place func(T) *int // where an item notes its place in the queue
}

func (q *priority[T]) len() int { return len(q.items) }

// first is the least item. The queue must not be empty.
func (q *priority[T]) first() T { return q.items[0] }

func (q *priority[T]) push(item T) {
	*q.place(item) = len(q.items)
	q.items = append(q.items, item)
	q.up(len(q.items) - 1)
}

func (q *priority[T]) pop() T {
	item := q.items[0]
	q.remove(item)
	return item
}

func (q *priority[T]) remove(item T) {
	i, last := *q.place(item), len(q.items)-1
	q.swap(i, last)
	clear(q.items[last:])
	q.items = q.items[:last]
	if i < last {
		q.settle(i)
	}
}

func (q *priority[T]) settle(i int) {
	if !q.down(i) {
		q.up(i)
	}
}

func (q *priority[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !q.less(q.items[i], q.items[parent]) {
			return
		}
		q.swap(i, parent)
		i = parent
	}
}

func (q *priority[T]) down(i int) (moved bool) {
	for {
		child := 2*i + 1
		if child >= len(q.items) {
			return moved
		}
		if right := child + 1; right < len(q.items) && q.less(q.items[right], q.items[child]) {
			child = right
		}
		if !q.less(q.items[child], q.items[i]) {
			return moved
		}
		q.swap(i, child)
		i, moved = child, true
	}
}

func (q *priority[T]) swap(i, j int) {
	q.items[i], q.items[j] = q.items[j], q.items[i]
	*q.place(q.items[i]), *q.place(q.items[j]) = i, j
}
