package io.mlops4j.bench.live;

import java.time.Instant;
import java.util.List;

/**
 * What a watcher says.
 *
 * @param row how many rows of the stream came before it, apart from at most one batch
 * @param at when
 * @param kind of problem; several words if it announces several
 * @param subjects what it names, most important first
 * @param text what it says, for progress; may be empty
 * @param incident the id of the incident that it belongs to; empty where a watcher knows none
 * @param alarm whether it wakes somebody up; otherwise it tells a program what an earlier alarm
 *     explains
 */
record Notice(
    long row,
    Instant at,
    String kind,
    List<String> subjects,
    String text,
    String incident,
    boolean alarm) {
  Notice(long row, Instant at, String kind, List<String> subjects) {
    this(row, at, kind, subjects, "", "", true);
  }
}
