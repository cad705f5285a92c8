package backend

// SurelyOpen is for how long a kept connection is not looked at.
const SurelyOpen = surelyOpen
