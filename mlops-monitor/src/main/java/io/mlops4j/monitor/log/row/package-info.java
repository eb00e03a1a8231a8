/** The rows of a log: which columns they have, and how calls become blocks of them. */
@NullMarked
package io.mlops4j.monitor.log.row;

import org.jspecify.annotations.NullMarked;
