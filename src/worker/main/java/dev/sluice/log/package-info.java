/**
 * One event a line on standard error. {@link dev.sluice.log.EventConfigurationFactory} is named in {@code
 * log4j2.component.properties}, so Log4j comes here for its configuration; {@link dev.sluice.log.EventLayout} takes each
 * message apart and {@link dev.sluice.log.LogFormat} writes it. Knows nothing of what is logged.
 */
@NullMarked
package dev.sluice.log;

import org.jspecify.annotations.NullMarked;
