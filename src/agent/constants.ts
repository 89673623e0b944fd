/**
 * Numbers that every engine has alike. The kernel's compiler reads this file too: constants alone, without annotations or imports.
 */

/** Adam's decay rates of its moments, and what is added to the root (Kingma and Ba 2015). */
export const ADAM_BETA1 = 0.9
export const ADAM_BETA2 = 0.999
export const ADAM_EPSILON = 1e-8

/** An action beyond this is saturated: tanh's slope is below 0.02 there. */
export const SATURATED_ACTION = 0.99

/** Added to temporal-difference errors, so that no priority is 0 (Schaul et al. 2016, section 3.3, ε). */
export const PRIORITY_FLOOR = 1e-6
