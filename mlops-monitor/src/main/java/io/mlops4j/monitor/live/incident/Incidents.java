package io.mlops4j.monitor.live.incident;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Incident;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.live.alarm.Announcement;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.finding.Layer;
import io.mlops4j.monitor.live.finding.Quiet;
import io.mlops4j.monitor.live.finding.Subject;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open incidents of a monitor and the newest closed ones. Written by the monitor's thread, read
 * and acknowledged by any thread.
 *
 * <p>A judgement that finds a problem either opens an episode or belongs to the open episode of its
 * subject. An episode ends after {@value Quiet#JUDGEMENTS} judgements in a row that did not find
 * it, in each slice in which it was found, so that a problem near its bound is one episode. One
 * window that differs a little is often an unusual day. Drift of less than {@value Finding#LARGE}
 * times its bound therefore opens an episode only if another window of the same version finds it
 * before it was quiet for {@value Quiet#JUDGEMENTS} windows.
 *
 * <p>An episode joins an open incident that {@linkplain OpenIncident#takes takes} it, or begins
 * one. An incident is announced when it begins, when it reaches another feature, and when the
 * effect of an episode is at least {@value Finding#WORSE} times the effect that was last announced
 * for that measure, or its measure is new, unless a problem upstream, or a failed check of the same
 * columns, explains the episode. What was withheld is announced by a later judgement that still
 * finds it.
 */
public final class Incidents {
  /** Older closed incidents are removed. */
  private static final int MOST_CLOSED = 1_000;

  /**
   * A small finding that waits for another one.
   *
   * @param by the version in whose window it was found; the window of another version may have the
   *     same traffic
   */
  private record Once(Subject subject, ServedBy by) {}

  /** The problems of one subject in one judgement. */
  private record Found(Subject subject, List<Finding> findings, Judged judged) {}

  /** The news of one incident in a pass of judgements. */
  private static final class Draft {
    final Map<Episode, List<String>> news = new LinkedHashMap<>();
    final Set<Alarm.Kind> kinds = EnumSet.noneOf(Alarm.Kind.class);
    final boolean began;
    boolean toAll;
    @Nullable ComparedRows rows;

    Draft(boolean began) {
      this.began = began;
    }
  }

  /**
   * Judgements that were made together.
   *
   * @param subjects those with a finding
   */
  private record Pass(Instant at, Map<OpenIncident, Draft> drafts, Set<Subject> subjects) {}

  private final Set<OpenIncident> incidents = new LinkedHashSet<>(); // oldest first
  private final OpenEpisodes open = new OpenEpisodes();

  /** Small findings, and how many judgements in a row have not found them since. */
  private final Map<Once, Integer> once = new LinkedHashMap<>();

  private final Deque<Incident> closed = new ArrayDeque<>();
  private int opened;
  private long changes;
  private @Nullable List<Incident> all; // until one of them changes

  private void changed() {
    all = null;
  }

  /** Returns the number of changes that must be stored at once: news, and ends of episodes. */
  public synchronized long changes() {
    return changes;
  }

  /**
   * Records judgements that were made together, and returns what to announce. A subject that was
   * judged without a finding is quiet.
   */
  public synchronized List<Announcement> judged(List<Judged> judgements, Instant at) {
    changed();
    Pass pass = new Pass(at, new LinkedHashMap<>(), new HashSet<>());
    List<Found> found = found(judgements);
    found.forEach(one -> pass.subjects().add(one.subject()));
    for (Found one : found) {
      if (opens(one)) {
        found(one, pass);
      }
    }
    for (Judged one : judgements) {
      Set<Subject> its = one.found().stream().map(Finding::subject).collect(Collectors.toSet());
      one.healthy()
          .forEach(
              (subject, slices) -> {
                quiet(subject, slices, at);
                if (!its.contains(subject)) {
                  quiet(new Once(subject, one.servedBy()));
                }
              });
    }
    List<Announcement> announcements = new ArrayList<>();
    pass.drafts()
        .forEach(
            (incident, draft) -> {
              if (draft.toAll || !draft.kinds.isEmpty()) {
                announcements.add(announcement(incident, draft));
              }
            });
    endIncidents(false);
    return announcements;
  }

  /**
   * What was found, causes first, so that they begin the incident that the others join. Of equals
   * those first that are known, because their incident may grow and take the others.
   */
  private List<Found> found(List<Judged> judgements) {
    List<Found> found = new ArrayList<>();
    for (Judged one : judgements) {
      Map<Subject, List<Finding>> bySubject = new LinkedHashMap<>();
      for (Finding finding : one.found()) {
        bySubject.computeIfAbsent(finding.subject(), absent -> new ArrayList<>()).add(finding);
      }
      bySubject.forEach((subject, its) -> found.add(new Found(subject, its, one)));
    }
    found.sort(
        Comparator.comparing(Found::subject, Subject.MOST_SPECIFIC_FIRST)
            .thenComparing(one -> !open.has(one.subject())));
    return found;
  }

  /** Whether findings of a subject belong to an episode. */
  private boolean opens(Found found) {
    Subject subject = found.subject();
    Once small = new Once(subject, found.judged().servedBy());
    boolean opens =
        open.has(subject)
            || !found.findings().stream().allMatch(Finding::small)
            || once.containsKey(small);
    if (opens) {
      once.keySet().removeIf(one -> one.subject().equals(subject));
    } else {
      once.put(small, 0);
    }
    return opens;
  }

  private void found(Found found, Pass pass) {
    Subject subject = found.subject();
    Episode known = open.get(subject);
    OpenIncident incident =
        known == null ? incident(subject, found.judged(), pass) : known.incident();
    Draft draft = pass.drafts().computeIfAbsent(incident, absent -> new Draft(false));
    Episode episode = known == null ? begin(found, incident, draft, pass) : known;
    Episode.News news = episode.found(found.findings(), found.judged(), pass.at());
    incident.updated(pass.at());
    if (news == Episode.News.NONE) {
      return;
    }
    changes++;
    boolean explained = isExplained(subject, incident);
    if (known == null || !explained || news == Episode.News.OWED) {
      incident.grew(found.judged());
    }
    if (known != null) {
      boolean owed = news == Episode.News.OWED && incident.owesAll();
      draft.toAll |= owed || !explained;
      draft.kinds.add(subject.kind());
    }
    draft.news.put(episode, episode.news());
    if (subject.kind() == Alarm.Kind.DRIFT && draft.rows == null) {
      draft.rows = found.judged().rows();
    }
  }

  /** Whether a problem in an incident is likely to have a cause that is known. */
  private boolean isExplained(Subject subject, OpenIncident incident) {
    return incident.explains(subject) || open.hasSourceOf(subject);
  }

  /** Returns the incident that a problem joins: rather one with its columns than a newer one. */
  private OpenIncident incident(Subject subject, Judged judged, Pass pass) {
    OpenIncident best = null;
    for (OpenIncident one : incidents) {
      if (one.takes(subject, judged)
          && (best == null || one.touches(subject.columns()) || !best.touches(subject.columns()))) {
        best = one;
      }
    }
    if (best == null) {
      opened++;
      best = new OpenIncident("incident-" + opened, judged, pass.at());
      incidents.add(best);
      pass.drafts().put(best, new Draft(true));
    }
    return best;
  }

  private Episode begin(Found found, OpenIncident incident, Draft draft, Pass pass) {
    Subject subject = found.subject();
    boolean feature = subject.layer() == Layer.INPUT;
    draft.toAll |=
        draft.began
            || (feature && !isExplained(subject, incident) && !isAnnounced(found, incident, pass));
    if (draft.toAll || !incident.has(subject.kind())) {
      draft.kinds.add(subject.kind());
    }
    Evidence evidence = Episode.worst(found.findings()).evidence();
    Episode episode = new Episode(incident, subject, pass.at(), evidence);
    incident.add(episode);
    open.addAll(List.of(episode));
    return episode;
  }

  /**
   * Whether an incident has announced the columns of what was found, with rows so near that they
   * show the same.
   */
  private boolean isAnnounced(Found found, OpenIncident incident, Pass pass) {
    return found.subject().columns().stream()
        .allMatch(
            column ->
                open.of(column)
                    .anyMatch(
                        one ->
                            one.incident() == incident
                                && one.subject().layer() == Layer.INPUT
                                && one.isOnset(found.judged())
                                && pass.subjects().contains(one.subject())));
  }

  private Announcement announcement(OpenIncident incident, Draft draft) {
    List<Episode> news =
        OpenIncident.sorted(
            draft.news.keySet().stream()
                .filter(one -> draft.toAll || draft.kinds.contains(one.subject().kind()))
                .toList());
    incident.oweAll(incident.owesAll() && !draft.toAll);
    return new Announcement(
        incident.seen(),
        news.get(0).subject().kind(),
        news.stream().map(Episode::newest).toList(),
        draft.toAll,
        draft.kinds,
        draft.rows,
        () -> withhold(draft.news, draft.toAll));
  }

  /** Notes what was to be announced, but was not, because there were too many alarms. */
  private synchronized void withhold(Map<Episode, List<String>> news, boolean toAll) {
    news.forEach(
        (episode, measures) -> {
          episode.withhold(measures);
          episode.incident().oweAll(toAll || episode.incident().owesAll());
        });
  }

  public synchronized boolean hasWithheld() {
    return open.all().stream().anyMatch(Episode::isWithheld);
  }

  /** Lets the next judgements that find what was withheld announce it. */
  public synchronized void announceWithheld() {
    open.all().forEach(Episode::announceWithheld);
  }

  /** Whether a problem of rows or labels goes on. */
  public synchronized boolean isOpen() {
    return open.all().stream().anyMatch(one -> one.subject().kind() != Alarm.Kind.CONFIGURATION);
  }

  /** Records the columns that are not watched at present, and returns what to announce. */
  public List<Announcement> notWatched(List<NotWatched> now, ServedBy servedBy, Instant at) {
    List<Finding> found = new ArrayList<>();
    for (NotWatched one : now) {
      Evidence evidence = new Evidence(one.name(), Double.NaN, Double.NaN, one.toString());
      Subject subject = new Subject(Alarm.Kind.CONFIGURATION, one.name(), servedBy, Layer.INPUT);
      found.add(new Finding(subject, one.reason(), 1, evidence));
    }
    return judged(List.of(new Judged(servedBy, Set.of(), found, at, at)), at);
  }

  /**
   * Called when a window of a version has ended in which these columns were not watched for some
   * rows, and since whose predecessor these versions served. A version that no longer serves gets
   * no rows and labels that could end its episodes.
   */
  public synchronized void windowEnded(
      ServedBy version, Set<String> notWatched, Set<ServedBy> served, Instant at) {
    changed();
    once.keySet().removeIf(small -> !served.contains(small.by()));
    for (Episode one : open.all()) {
      Subject subject = one.subject();
      boolean watchedAgain =
          subject.kind() == Alarm.Kind.CONFIGURATION
              && Objects.equals(version, subject.version())
              && !notWatched.contains(subject.name());
      boolean left = subject.version() != null && !served.contains(subject.version());
      if ((watchedAgain || left) && one.quiet().healthy()) {
        end(one, at);
      }
    }
    endIncidents(false);
  }

  /** Ends the episodes of a version that answered so long ago that it is no longer known. */
  public synchronized void forgotten(ServedBy version, Instant at) {
    changed();
    once.keySet().removeIf(small -> small.by().equals(version));
    end(subject -> Objects.equals(version, subject.version()), at);
    endIncidents(false);
  }

  private void quiet(Once small) {
    once.computeIfPresent(small, (its, quiet) -> quiet + 1 < Quiet.JUDGEMENTS ? quiet + 1 : null);
  }

  private void quiet(Subject subject, Set<String> healthy, Instant at) {
    Episode one = open.get(subject);
    if (one != null && one.quiet().healthy(healthy)) {
      end(one, at);
    }
  }

  private void end(Predicate<Subject> which, Instant at) {
    open.all().stream().filter(one -> which.test(one.subject())).forEach(one -> end(one, at));
  }

  private void end(Episode one, Instant at) {
    changes++;
    one.end(at);
    one.incident().updated(at);
    open.remove(one);
  }

  private void endIncidents(boolean accepted) {
    for (OpenIncident one : List.copyOf(incidents)) {
      if (!one.isOpen()) {
        incidents.remove(one);
        closed.addFirst(one.closed(accepted));
        if (closed.size() > MOST_CLOSED) {
          closed.removeLast();
        }
      }
    }
  }

  /** Ends all episodes of drift and quality, because the changed rows are the new reference. */
  public synchronized void accept(Instant at) {
    changed();
    once.clear();
    end(one -> one.kind() == Alarm.Kind.DRIFT || one.kind() == Alarm.Kind.QUALITY, at);
    endIncidents(true);
  }

  /** Acknowledges an open incident; returns false if no open incident has this id. */
  public synchronized boolean acknowledge(String id, String by) {
    changed();
    for (OpenIncident one : incidents) {
      if (one.id().equals(id)) {
        one.acknowledge(by);
        return true;
      }
    }
    return false;
  }

  public synchronized void write(StateWriter out) {
    out.put(opened);
    out.each(incidents, (to, one) -> one.write(to));
    out.each(
        once.entrySet(),
        (to, one) -> {
          one.getKey().subject().write(to);
          to.put(one.getKey().by()).put(one.getValue().intValue());
        });
    out.each(closed, IncidentState::write);
  }

  /** Replaces all incidents. */
  public synchronized void read(StateReader in) {
    changed();
    incidents.clear();
    open.clear();
    once.clear();
    closed.clear();
    opened = in.int32();
    incidents.addAll(in.each(OpenIncident::read));
    incidents.forEach(incident -> open.addAll(incident.open()));
    in.forEach(one -> once.put(new Once(Subject.read(one), one.servedBy()), one.int32()));
    closed.addAll(in.each(IncidentState::incident));
  }

  /**
   * Returns the open incidents, oldest first, and then the closed ones, newest first; the same list
   * until something may have changed.
   */
  public synchronized List<Incident> all() {
    List<Incident> known = all;
    if (known == null) {
      known = Stream.concat(incidents.stream().map(one -> one.seen()), closed.stream()).toList();
      all = known;
    }
    return known;
  }
}
