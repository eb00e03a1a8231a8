/** 150,000 flights scored file to file; the process is killed, and another one goes on. */
@NullMarked
package io.mlops4j.samples.batch;

import org.jspecify.annotations.NullMarked;
