/**
 * What people are shown on a terminal: {@link dev.sluice.text.Table tables} and {@link dev.sluice.text.Paragraph sentences}
 * that fit its width. Whoever prints says how wide it is; everything here is a function of its arguments.
 */
@NullMarked
package dev.sluice.text;

import org.jspecify.annotations.NullMarked;
