package io.mlops4j.monitor.live.incident;

import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Quiet;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.rollout.Evidence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One subject in an incident, from the judgement that found it until it ends. */
final class Episode {
  /** The rank of the news of a judgement. */
  enum News {
    NONE,
    /** It got worse, or differs in another way. */
    MORE,
    /** An earlier alarm was withheld. */
    OWED
  }

  /**
   * Limits the announced measures of an episode, because the reasons of a configuration problem
   * vary.
   */
  private static final int MOST_ANNOUNCED = 100;

  /** The effect of a measure whose alarm was withheld. */
  private static final double WITHHELD = -1;

  private final OpenIncident incident;
  private final Subject subject;
  private final Instant opened;
  private final Map<String, Double> announced = new LinkedHashMap<>();
  private final List<String> news = new ArrayList<>(); // of the last judgement that found it
  private final Quiet quiet = new Quiet();
  private boolean open = true;

  /**
   * The end of the rows that were announced last; null once later rows have shown the whole effect.
   */
  private @Nullable Instant onset;

  private Instant updated;
  private int found;
  private double largest;
  private Evidence first;
  private Evidence worst;
  private Evidence newest;

  /** Begins one; {@link #found} must follow. */
  Episode(OpenIncident incident, Subject subject, Instant at, Evidence evidence) {
    this.incident = incident;
    this.subject = subject;
    this.opened = at;
    this.updated = at;
    this.first = evidence;
    this.worst = evidence;
    this.newest = evidence;
  }

  OpenIncident incident() {
    return incident;
  }

  Subject subject() {
    return subject;
  }

  boolean isOpen() {
    return open;
  }

  Quiet quiet() {
    return quiet;
  }

  double largest() {
    return largest;
  }

  Evidence newest() {
    return newest;
  }

  /** The measures that the last judgement brought for the first time, or with a larger effect. */
  List<String> news() {
    return List.copyOf(news);
  }

  /** The finding with the largest effect. */
  static Finding worst(List<Finding> findings) {
    return Collections.max(findings, Comparator.comparingDouble(Finding::relative));
  }

  /**
   * Counts a judgement that found it, and returns what is new in it. An acknowledged problem may
   * get worse without news, but not change in another way.
   *
   * <p>The rows that were announced may be affected in part, and show a part of the effect. So a
   * larger effect is no news, and becomes the effect that was announced, up to and including the
   * first judgement of later rows only.
   *
   * @param findings at least one
   */
  News found(List<Finding> findings, Judged judged, Instant at) {
    Finding most = worst(findings);
    findings.forEach(one -> quiet.found(one.slices()));
    found++;
    updated = at;
    newest = most.evidence();
    if (!(most.relative() < largest)) { // of equals the newest: a column is frozen for longer
      largest = most.relative();
      worst = most.evidence();
    }
    news.clear();
    News all = News.NONE;
    for (Finding finding : findings) {
      News its = news(finding);
      if (its != News.NONE) {
        announced.put(finding.measure(), finding.relative());
        news.add(finding.measure());
        all = its.compareTo(all) > 0 ? its : all;
      }
    }
    if (all != News.NONE) {
      onset = judged.to();
    } else if (onset != null && (!judged.from().isBefore(onset) || judged.to().isBefore(onset))) {
      onset = null; // later rows, or the clock was set back
    }
    return all;
  }

  private News news(Finding finding) {
    Double last = announced.get(finding.measure());
    if (last == null) {
      return announced.size() < MOST_ANNOUNCED ? News.MORE : News.NONE;
    }
    boolean owed = last == 0;
    if (last == WITHHELD || !(finding.relative() > last)) { // infinite effects are equal
      return News.NONE;
    }
    if (onset != null && !owed) {
      announced.put(finding.measure(), finding.relative());
      return News.NONE;
    }
    if (owed) {
      return News.OWED;
    }
    return finding.relative() >= Finding.WORSE * last && !incident.isAcknowledged()
        ? News.MORE
        : News.NONE;
  }

  /** Whether rows are so near to those that were announced last that they may show the same. */
  boolean isOnset(Judged judged) {
    return onset != null && Duration.between(onset, judged.from()).compareTo(judged.length()) < 0;
  }

  /** Notes measures that were to be announced, but were not, because there were too many alarms. */
  void withhold(List<String> measures) {
    measures.forEach(measure -> announced.put(measure, WITHHELD));
  }

  boolean isWithheld() {
    return announced.containsValue(WITHHELD);
  }

  /** Takes what was withheld as announced. */
  void forgetWithheld() {
    announced.replaceAll((measure, last) -> last <= 0 ? largest : last);
  }

  /** Lets the next judgements that find what was withheld announce it. */
  void announceWithheld() {
    announced.replaceAll((measure, last) -> last == WITHHELD ? 0 : last);
  }

  void end(Instant at) {
    open = false;
    updated = at;
    incident.ended();
  }

  Incident.Finding seen() {
    return new Incident.Finding(
        subject.kind(), subject.name(), open, opened, updated, found, first, worst, newest);
  }

  void write(StateWriter out) {
    subject.write(out);
    IncidentState.write(out, seen());
    out.put(largest);
    out.each(announced.entrySet(), (to, one) -> to.put(one.getKey()).put(one.getValue()));
    out.optional(onset, StateWriter::put);
    quiet.write(out);
  }

  static Episode read(StateReader in, OpenIncident incident) {
    Subject subject = Subject.read(in);
    Incident.Finding seen = IncidentState.seen(in);
    Episode one = new Episode(incident, subject, seen.opened(), seen.first());
    one.open = seen.isOpen();
    one.updated = seen.updated();
    one.found = seen.found();
    one.worst = seen.worst();
    one.newest = seen.newest();
    one.largest = in.number();
    in.forEach(measure -> one.announced.put(measure.text(), measure.number()));
    one.onset = in.optional(StateReader::time);
    one.quiet.read(in);
    return one;
  }
}
