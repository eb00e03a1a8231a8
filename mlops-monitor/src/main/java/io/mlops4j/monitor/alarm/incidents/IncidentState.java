package io.mlops4j.monitor.alarm.incidents;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import io.mlops4j.rollout.Evidence;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Writes and reads findings, their parts, and incidents that ended. */
public final class IncidentState {
  private IncidentState() {}

  static void write(StateWriter out, Incident incident) {
    out.put(incident.id())
        .put(incident.servedBy())
        .put(incident.opened())
        .put(incident.updated())
        .put(incident.accepted());
    out.each(incident.findings(), IncidentState::write);
    out.optional(incident.acknowledgedBy().orElse(null), StateWriter::put);
  }

  static Incident incident(StateReader in) {
    return new Incident(
        in.text(),
        in.servedBy(),
        in.time(),
        in.time(),
        in.flag(),
        in.each(IncidentState::seen),
        Optional.ofNullable(in.optional(StateReader::text)));
  }

  static void write(StateWriter out, Incident.Finding finding) {
    out.put(finding.kind())
        .put(finding.subject())
        .put(finding.isOpen())
        .put(finding.opened())
        .put(finding.updated())
        .put(finding.found());
    write(out, finding.first());
    write(out, finding.worst());
    write(out, finding.newest());
  }

  static Incident.Finding seen(StateReader in) {
    return new Incident.Finding(
        in.constant(Alarm.Kind.class),
        in.text(),
        in.flag(),
        in.time(),
        in.time(),
        in.int32(),
        evidence(in),
        evidence(in),
        evidence(in));
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
    out.put(finding.small());
    write(out, finding.slices());
  }

  public static Finding finding(StateReader in) {
    return new Finding(subject(in), in.text(), in.number(), evidence(in), in.flag(), texts(in));
  }

  public static void write(StateWriter out, Subject subject) {
    out.put(subject.kind()).put(subject.name());
    out.optional(subject.version(), StateWriter::put);
    out.put(subject.layer());
    write(out, subject.columns());
  }

  public static Subject subject(StateReader in) {
    return new Subject(
        in.constant(Alarm.Kind.class),
        in.text(),
        in.optional(StateReader::servedBy),
        in.constant(Layer.class),
        texts(in));
  }

  private static void write(StateWriter out, Set<String> texts) {
    out.each(new TreeSet<>(texts), StateWriter::put);
  }

  private static Set<String> texts(StateReader in) {
    return Set.copyOf(in.each(StateReader::text));
  }
}
