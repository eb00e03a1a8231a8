package io.mlops4j.monitor.live.incident;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import java.util.Optional;

/** Writes and reads incidents that ended, and what an incident shows of its findings. */
final class IncidentState {
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
    out.put(finding.first()).put(finding.worst()).put(finding.newest());
  }

  static Incident.Finding seen(StateReader in) {
    return new Incident.Finding(
        in.constant(Alarm.Kind.class),
        in.text(),
        in.flag(),
        in.time(),
        in.time(),
        in.int32(),
        in.evidence(),
        in.evidence(),
        in.evidence());
  }
}
