/**
 * What people are shown on a terminal: {@link dev.sluice.text.Table tables} and {@link dev.sluice.text.Paragraph sentences}
 * that fit its width, and what is wrong with a {@link dev.sluice.text.FileFault file} or its {@link dev.sluice.text.JsonFault
 * JSON}, in words that are not a library's. Whoever prints says how wide the terminal is; everything here is a function of its
 * arguments.
 */
@NullMarked
package dev.sluice.text;

import org.jspecify.annotations.NullMarked;
