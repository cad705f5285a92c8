package backend

// SurelyOpen is for how long a kept connection is not looked at.
const SurelyOpen = surelyOpen

// Patience is after how long a call looks whether it has ended.
const Patience = patience
