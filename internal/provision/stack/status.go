package stack

import "strings"

// A Status is the state of a stack or of one of its resources.
//
// See "Stack status codes".
type Status string

// The statuses in use. Resources have those of create, update and delete.
const (
	CreateInProgress         Status = "CREATE_IN_PROGRESS"
	CreateFailed             Status = "CREATE_FAILED"
	CreateComplete           Status = "CREATE_COMPLETE"
	RollbackInProgress       Status = "ROLLBACK_IN_PROGRESS"
	RollbackFailed           Status = "ROLLBACK_FAILED"
	RollbackComplete         Status = "ROLLBACK_COMPLETE"
	UpdateInProgress         Status = "UPDATE_IN_PROGRESS"
	UpdateCleanup            Status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
	UpdateComplete           Status = "UPDATE_COMPLETE"
	UpdateFailed             Status = "UPDATE_FAILED"
	UpdateRollbackInProgress Status = "UPDATE_ROLLBACK_IN_PROGRESS"
	UpdateRollbackCleanup    Status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
	UpdateRollbackFailed     Status = "UPDATE_ROLLBACK_FAILED"
	UpdateRollbackComplete   Status = "UPDATE_ROLLBACK_COMPLETE"
	DeleteInProgress         Status = "DELETE_IN_PROGRESS"
	DeleteFailed             Status = "DELETE_FAILED"
	DeleteComplete           Status = "DELETE_COMPLETE"
	DeleteSkipped            Status = "DELETE_SKIPPED"
)

// InProgress reports whether something is being done.
func (s Status) InProgress() bool { return strings.HasSuffix(string(s), "_IN_PROGRESS") }

// Failed reports whether s says that something did not happen.
func (s Status) Failed() bool { return strings.HasSuffix(string(s), "_FAILED") }

// updatable reports whether a stack can be updated.
func (s Status) updatable() bool {
	switch s {
	case CreateComplete, UpdateComplete, UpdateRollbackComplete:
		return true
	}
	return false
}
