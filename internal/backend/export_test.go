package backend

// Patience is after how long a call looks whether it has ended.
const Patience = patience
