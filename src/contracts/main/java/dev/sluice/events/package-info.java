/**
 * What the generated contracts have in common. The contracts themselves are generated from {@code schemas/} into the
 * versioned packages next to this one; {@code wire} fills and reads them.
 */
@NullMarked
package dev.sluice.events;

import org.jspecify.annotations.NullMarked;
