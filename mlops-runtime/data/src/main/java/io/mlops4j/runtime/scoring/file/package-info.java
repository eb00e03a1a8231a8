/** Scores a file in order, resumes, and finishes in one step. */
@NullMarked
package io.mlops4j.runtime.scoring.file;

import org.jspecify.annotations.NullMarked;
