/**
 * What a watch says of the rows that it judged: subjects, the slices in which they are healthy, and
 * findings.
 */
@NullMarked
package io.mlops4j.monitor.live.finding;

import org.jspecify.annotations.NullMarked;
