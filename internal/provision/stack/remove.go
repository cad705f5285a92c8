package stack

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// This file deletes instances, each before what it uses.
//
//   - Instances are told apart by their tokens, because of one logical id there
//     may be several, and what was replaced may have used what its successor is
//     used by.
//   - Where a failed rollback has left a circle, its members are tried in turn
//     until none can be deleted any more.

// A doomed instance is to be deleted.
type doomed struct {
	id string
	in *Instance
}

// removeAll deletes instances and takes them out of the records. It returns the
// errors by logical id; what was not tried has errSkipped.
func (r *run) removeAll(ctx context.Context, list []doomed) map[string]error {
	tokens := make([]string, len(list))
	byToken := make(map[string]doomed, len(list))
	locks := map[string]*sync.Mutex{} // two instances of one id are not deleted at once
	for i, d := range list {
		tokens[i], byToken[d.in.Token] = d.in.Token, d
		locks[d.id] = &sync.Mutex{}
	}
	one := func(token string) error {
		d := byToken[token]
		locks[d.id].Lock()
		defer locks[d.id].Unlock()
		rec := r.record(d.id)
		return r.remove(ctx, d.id, d.in, rec, func() *record {
			c := rec.without(token)
			if c.Current != nil && c.Next == nil {
				c.Status, c.Reason = UpdateComplete, ""
			}
			return c
		})
	}
	uses := func(token string) []string { return byToken[token].in.Uses }
	errs := walk(ctx, tokens, reverse(tokens, uses), r.e.parallel(), true, one)
	behind := behindFailure(tokens, uses, errs)
	circle := slices.DeleteFunc(slices.Clone(tokens), func(token string) bool {
		return !errors.Is(errs[token], errSkipped) || behind[token]
	})
	for progress := true; progress && r.dead == nil && ctx.Err() == nil; {
		before := len(circle)
		circle = slices.DeleteFunc(circle, func(token string) bool {
			if errs[token] = one(token); errs[token] == nil {
				delete(errs, token)
				return true
			}
			return false
		})
		progress = len(circle) < before
	}
	byID := map[string]error{}
	for token, err := range errs {
		id := byToken[token].id
		if old := byID[id]; old == nil || errors.Is(old, errSkipped) {
			byID[id] = err
		}
	}
	return byID
}

// behindFailure returns what is used, directly or not, by something that could
// not be deleted, and so must stay too.
func behindFailure(tokens []string, uses func(string) []string, errs map[string]error) map[string]bool {
	behind := map[string]bool{}
	var mark func(string)
	mark = func(token string) {
		for _, used := range uses(token) {
			if !behind[used] && slices.Contains(tokens, used) {
				behind[used] = true
				mark(used)
			}
		}
	}
	for _, token := range tokens {
		if err := errs[token]; err != nil && !errors.Is(err, errSkipped) {
			mark(token)
		}
	}
	return behind
}
