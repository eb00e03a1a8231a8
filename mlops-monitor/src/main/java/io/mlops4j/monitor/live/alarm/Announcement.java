package io.mlops4j.monitor.live.alarm;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.rollout.Evidence;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be announced of an incident after a judgement.
 *
 * @param kind the kind of the most specific news
 * @param evidence the news, most specific first
 * @param toAll whether it is announced to all actions; otherwise the incident only has its first
 *     finding of a kind, or a downstream one got worse, and those for this kind are called
 * @param kinds the kinds of findings whose actions are called
 * @param rows the rows that drifted; null if drift is no part of the news
 * @param withheld called if its alarm is not raised, because there were too many
 */
public record Announcement(
    Incident incident,
    Alarm.Kind kind,
    List<Evidence> evidence,
    boolean toAll,
    Set<Alarm.Kind> kinds,
    @Nullable ComparedRows rows,
    Runnable withheld) {}
