package io.mlops4j.monitor.alarm.episodes;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Episode;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import io.mlops4j.rollout.Evidence;
import java.util.Optional;

/** Writes and reads an episode and its parts. */
public final class EpisodeState {
  private EpisodeState() {}

  public static void write(StateWriter out, Episode episode) {
    out.put(episode.id())
        .put(episode.kind())
        .put(episode.subject())
        .put(episode.servedBy())
        .put(episode.status())
        .put(episode.opened())
        .put(episode.updated())
        .put(episode.found());
    write(out, episode.first());
    write(out, episode.worst());
    write(out, episode.newest());
    out.optional(episode.acknowledgedBy().orElse(null), StateWriter::put);
  }

  static Episode read(StateReader in) {
    return new Episode(
        in.text(),
        in.constant(Alarm.Kind.class),
        in.text(),
        in.servedBy(),
        in.constant(Episode.Status.class),
        in.time(),
        in.time(),
        in.int32(),
        evidence(in),
        evidence(in),
        evidence(in),
        Optional.ofNullable(in.optional(StateReader::text)));
  }

  private static void write(StateWriter out, Evidence evidence) {
    out.put(evidence.name()).put(evidence.measured()).put(evidence.bound()).put(evidence.text());
  }

  private static Evidence evidence(StateReader in) {
    return new Evidence(in.text(), in.number(), in.number(), in.text());
  }

  public static void write(StateWriter out, Finding finding) {
    write(out, finding.subject());
    out.put(finding.measure()).put(finding.relative());
    write(out, finding.evidence());
  }

  public static Finding finding(StateReader in) {
    return new Finding(subject(in), in.text(), in.number(), evidence(in));
  }

  public static void write(StateWriter out, Subject subject) {
    out.put(subject.kind()).put(subject.name());
    out.optional(subject.version(), StateWriter::put);
  }

  public static Subject subject(StateReader in) {
    return new Subject(
        in.constant(Alarm.Kind.class), in.text(), in.optional(StateReader::servedBy));
  }
}
