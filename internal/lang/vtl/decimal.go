package vtl

import "math/big"

// A decimal is unscaled·10^-scale, as Java's BigDecimal.
type decimal struct {
	unscaled *big.Int
	scale    int32
}
