package io.mlops4j.bench.live;

import java.time.Instant;
import java.util.List;

/**
 * What wakes somebody up.
 *
 * @param row how many rows of the stream came before it, apart from at most one batch
 * @param at when
 * @param kind of problem, for people
 * @param subjects what it names, most important first
 * @param text what it says, for progress; may be empty
 */
record Notice(long row, Instant at, String kind, List<String> subjects, String text) {
  Notice(long row, Instant at, String kind, List<String> subjects) {
    this(row, at, kind, subjects, "");
  }
}
