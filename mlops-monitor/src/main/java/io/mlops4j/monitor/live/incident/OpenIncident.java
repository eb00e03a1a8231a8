package io.mlops4j.monitor.live.incident;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Layer;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An incident that goes on: the episodes that belong together. */
final class OpenIncident {
  /** Older episodes that ended are removed. */
  private static final int MOST_ENDED = 100;

  /** The findings that are kept of an incident that closed. */
  private static final int MOST_KEPT = 100;

  private static final Comparator<Episode> MOST_SPECIFIC_FIRST =
      Comparator.comparing(Episode::subject, Subject.MOST_SPECIFIC_FIRST)
          .thenComparing(Comparator.comparingDouble(Episode::largest).reversed());

  private final String id;
  private final ServedBy servedBy;
  private final Instant opened;
  private final List<Episode> episodes = new ArrayList<>(); // oldest first
  private final Set<String> features = new HashSet<>(); // that are known to be affected
  private int ended;
  private Instant from; // of the rows with which it began
  private Instant to; // of those with which it last grew
  private Duration window; // the longest of both
  private Instant updated;
  private @Nullable String acknowledgedBy;
  private boolean owesAll;

  OpenIncident(String id, Judged began, Instant at) {
    this(id, began.servedBy(), at, began.from(), began.to(), began.length(), at);
  }

  private OpenIncident(
      String id,
      ServedBy servedBy,
      Instant opened,
      Instant from,
      Instant to,
      Duration window,
      Instant updated) {
    this.id = id;
    this.servedBy = servedBy;
    this.opened = opened;
    this.from = from;
    this.to = to;
    this.window = window;
    this.updated = updated;
  }

  String id() {
    return id;
  }

  boolean isOpen() {
    return episodes.stream().anyMatch(Episode::isOpen);
  }

  boolean isAcknowledged() {
    return acknowledgedBy != null;
  }

  /** Who acknowledges it knows what was withheld. */
  void acknowledge(String by) {
    acknowledgedBy = by;
    owesAll = false;
    episodes.forEach(Episode::forgetWithheld);
  }

  /** Whether an alarm to all actions was withheld, and none has been announced since. */
  boolean owesAll() {
    return owesAll;
  }

  void oweAll(boolean owes) {
    owesAll = owes;
  }

  void updated(Instant at) {
    updated = at;
  }

  List<Episode> open() {
    return episodes.stream().filter(Episode::isOpen).toList();
  }

  /** Whether a problem of this kind goes on. */
  boolean has(Alarm.Kind kind) {
    return episodes.stream().anyMatch(one -> one.isOpen() && one.subject().kind() == kind);
  }

  private boolean has(Layer layer) {
    return episodes.stream().anyMatch(one -> one.subject().layer() == layer);
  }

  /** Whether it is known that these features are affected. */
  boolean touches(Set<String> features) {
    return this.features.containsAll(features);
  }

  /** Whether a problem of this subject is likely to be caused by what goes on upstream. */
  boolean explains(Subject subject) {
    return subject.layer() != Layer.INPUT
        && episodes.stream().anyMatch(one -> one.isOpen() && one.subject().isBefore(subject));
  }

  /** Whether what a judgement found belongs here. */
  boolean takes(Subject subject, Judged judged) {
    boolean configuration = isConfiguration(subject);
    boolean its = servedBy.equals(judged.servedBy());
    boolean shared = subject.version() == null && has(Layer.INPUT); // all versions have the rows
    return configuration == isConfiguration(episodes.get(0).subject())
        && (its || shared)
        && isNear(judged);
  }

  private static boolean isConfiguration(Subject subject) {
    return subject.kind() == Alarm.Kind.CONFIGURATION;
  }

  /** Whether at most one window lies between the rows. */
  private boolean isNear(Judged judged) {
    Duration after = Duration.between(to, judged.from());
    Duration before = Duration.between(judged.to(), from);
    Duration gap = after.compareTo(before) > 0 ? after : before;
    Duration length = judged.length();
    return gap.compareTo(window.compareTo(length) > 0 ? window : length) <= 0;
  }

  /** Notes rows with which it began or grew. */
  void grew(Judged judged) {
    from = judged.from().isBefore(from) ? judged.from() : from;
    to = judged.to().isAfter(to) ? judged.to() : to;
    window = judged.length().compareTo(window) > 0 ? judged.length() : window;
  }

  void add(Episode episode) {
    if (ended > MOST_ENDED) {
      episodes.stream().filter(one -> !one.isOpen()).findFirst().ifPresent(episodes::remove);
      ended--;
    }
    episodes.add(episode);
    if (episode.subject().layer() == Layer.INPUT) {
      features.addAll(episode.subject().columns());
    }
    ended += episode.isOpen() ? 0 : 1;
  }

  /** Notes that one of its episodes has ended. */
  void ended() {
    ended++;
  }

  /** Sorts episodes of an incident as it lists them. */
  static List<Episode> sorted(List<Episode> episodes) {
    return episodes.stream().sorted(MOST_SPECIFIC_FIRST).toList();
  }

  /** Returns it as it is kept: a wide table may have had thousands of findings. */
  Incident closed(boolean accepted) {
    return seen(accepted, MOST_KEPT);
  }

  Incident seen() {
    return seen(false, Integer.MAX_VALUE);
  }

  private Incident seen(boolean accepted, int most) {
    return new Incident(
        id,
        servedBy,
        opened,
        updated,
        accepted,
        sorted(episodes).stream().limit(most).map(Episode::seen).toList(),
        Optional.ofNullable(acknowledgedBy));
  }

  void write(StateWriter out) {
    out.put(id).put(servedBy).put(opened).put(from).put(to);
    out.put(window.getSeconds()).put(window.getNano()).put(updated);
    out.optional(acknowledgedBy, StateWriter::put).put(owesAll);
    out.each(episodes, (to, one) -> one.write(to));
  }

  static OpenIncident read(StateReader in) {
    OpenIncident incident =
        new OpenIncident(
            in.text(),
            in.servedBy(),
            in.time(),
            in.time(),
            in.time(),
            Duration.ofSeconds(in.count(), in.int32()),
            in.time());
    incident.acknowledgedBy = in.optional(StateReader::text);
    incident.owesAll = in.flag();
    in.forEach(one -> incident.add(Episode.read(one, incident)));
    in.check(incident.isOpen(), "found an open incident without an open finding");
    return incident;
  }
}
