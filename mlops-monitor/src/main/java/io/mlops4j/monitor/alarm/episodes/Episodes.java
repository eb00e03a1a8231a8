package io.mlops4j.monitor.alarm.episodes;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.alarm.Episode;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open problems of a monitor and the newest closed ones. Written by the monitor's thread, read
 * and acknowledged by any thread.
 *
 * <p>A judgement that finds a problem either opens an episode or belongs to the open episode of its
 * subject. It is announced if it opens the episode, if its measure is new in the episode, or if its
 * effect is at least {@value #WORSE} times the effect that was last announced for that measure.
 * What was withheld is announced by a later judgement that still finds it. An episode closes after
 * {@value #QUIET} judgements in a row that did not find it, so that a problem near its bound is one
 * episode.
 *
 * <p>One window that differs a little is often an unusual day. Drift of less than {@value #LARGE}
 * times its bound therefore opens an episode only if another window of the same version finds it
 * before it was quiet for {@value #QUIET} windows.
 */
public final class Episodes {
  public static final double WORSE = 2;
  public static final int QUIET = 2;

  /** Drift of so many times its bound opens an episode at once. */
  public static final double LARGE = 2;

  /**
   * Limits the announced measures of an episode, because the reasons of a configuration problem
   * vary.
   */
  private static final int MOST_ANNOUNCED = 100;

  /** Older closed episodes are removed. */
  private static final int MOST_CLOSED = 1_000;

  /** The effect of a measure whose alarm was withheld. */
  private static final double WITHHELD = -1;

  private static final class Open {
    private final Map<String, Double> announced = new LinkedHashMap<>();
    private final List<String> news = new ArrayList<>(); // of the last judgement that found it
    private Episode episode;
    private double worst;
    private int quiet;

    Open(Episode episode) {
      this.episode = episode;
    }

    void count(Instant at, double relative, Evidence evidence) {
      boolean worse = !(relative <= worst);
      worst = worse ? relative : worst;
      episode =
          new Episode(
              episode.id(),
              episode.kind(),
              episode.subject(),
              episode.servedBy(),
              Episode.Status.OPEN,
              episode.opened(),
              at,
              episode.found() + 1,
              episode.first(),
              worse ? evidence : episode.worst(),
              evidence,
              episode.acknowledgedBy());
    }

    /**
     * Whether a judgement is announced. An acknowledged problem may get worse without an alarm, but
     * not change in another way.
     */
    boolean announces(List<Finding> findings) {
      news.clear();
      for (Finding finding : findings) {
        Double last = announced.get(finding.measure());
        boolean worse =
            last != null
                && last != WITHHELD
                && finding.relative() > last // infinite effects are equal
                && finding.relative() >= WORSE * last
                && episode.acknowledgedBy().isEmpty();
        boolean known = last != null || announced.size() >= MOST_ANNOUNCED;
        if (!known || worse) {
          announced.put(finding.measure(), finding.relative());
          news.add(finding.measure());
        }
      }
      return !news.isEmpty();
    }

    boolean isWithheld() {
      return announced.containsValue(WITHHELD);
    }

    void write(StateWriter out) {
      EpisodeState.write(out, episode);
      out.put(worst).put(quiet);
      out.each(announced.entrySet(), (to, one) -> to.put(one.getKey()).put(one.getValue()));
    }

    static Open read(StateReader in) {
      Open one = new Open(EpisodeState.read(in));
      one.worst = in.number();
      one.quiet = in.int32();
      in.forEach(measure -> one.announced.put(measure.text(), measure.number()));
      return one;
    }
  }

  /**
   * A small finding that waits for another one.
   *
   * @param by the version in whose window it was found; the window of another version may have the
   *     same traffic
   */
  private record Once(Subject subject, ServedBy by) {}

  private final Map<Subject, Open> open = new LinkedHashMap<>();

  /** Small findings, and how many judgements in a row have not found them since. */
  private final Map<Once, Integer> once = new LinkedHashMap<>();

  private final Deque<Episode> closed = new ArrayDeque<>();
  private int opened;
  private @Nullable List<Episode> all; // until one of them changes

  private void changed() {
    all = null;
  }

  /**
   * Records a judgement, and returns the episodes to announce. A subject that was judged without a
   * finding is quiet.
   */
  public synchronized List<Episode> judged(Judged judged, Instant at) {
    changed();
    Map<Subject, List<Finding>> found = new LinkedHashMap<>();
    for (Finding one : judged.found()) {
      found.computeIfAbsent(one.subject(), absent -> new ArrayList<>()).add(one);
    }
    List<Episode> news = new ArrayList<>();
    found.forEach(
        (subject, its) -> {
          if (opens(subject, its, judged.servedBy())) {
            found(its, judged.servedBy(), at).ifPresent(news::add);
          }
        });
    judged.subjects().stream()
        .filter(subject -> !found.containsKey(subject))
        .forEach(
            subject -> {
              quiet(subject, at);
              once.computeIfPresent(
                  new Once(subject, judged.servedBy()),
                  (small, quiet) -> quiet + 1 < QUIET ? quiet + 1 : null);
            });
    return news;
  }

  /** Whether findings of a subject belong to an episode. */
  private boolean opens(Subject subject, List<Finding> findings, ServedBy by) {
    boolean opens =
        open.containsKey(subject)
            || !findings.stream().allMatch(Finding::small)
            || once.containsKey(new Once(subject, by));
    if (opens) {
      once.keySet().removeIf(small -> small.subject().equals(subject));
    } else {
      once.put(new Once(subject, by), 0);
    }
    return opens;
  }

  /** Notes episodes that were to be announced, but were not, because there were too many alarms. */
  public synchronized void withheld(List<Episode> episodes) {
    Set<String> ids = episodes.stream().map(Episode::id).collect(Collectors.toSet());
    for (Open one : open.values()) {
      if (ids.contains(one.episode.id())) {
        one.news.forEach(measure -> one.announced.put(measure, WITHHELD));
      }
    }
  }

  public synchronized boolean hasWithheld() {
    return open.values().stream().anyMatch(Open::isWithheld);
  }

  /** Lets the next judgements that find what was withheld announce it. */
  public synchronized void announceWithheld() {
    for (Open one : open.values()) {
      one.announced.replaceAll((measure, last) -> last == WITHHELD ? 0 : last);
    }
  }

  /** Records the columns that are not watched at present, and returns the episodes to announce. */
  public synchronized List<Episode> notWatched(
      List<NotWatched> now, ServedBy servedBy, Instant at) {
    changed();
    List<Episode> news = new ArrayList<>();
    for (NotWatched one : now) {
      Evidence evidence = new Evidence(one.name(), Double.NaN, Double.NaN, one.toString());
      Subject subject = new Subject(Alarm.Kind.CONFIGURATION, one.name(), servedBy);
      found(List.of(new Finding(subject, one.reason(), 1, evidence)), servedBy, at)
          .ifPresent(news::add);
    }
    return news;
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
    for (Subject subject : List.copyOf(open.keySet())) {
      boolean watchedAgain =
          subject.kind() == Alarm.Kind.CONFIGURATION
              && Objects.equals(version, subject.version())
              && !notWatched.contains(subject.name());
      boolean left = subject.version() != null && !served.contains(subject.version());
      if (watchedAgain || left) {
        quiet(subject, at);
      }
    }
  }

  /**
   * Ends the episodes of a version that answered so long ago that it is no longer known.
   *
   * @return the number of episodes that ended
   */
  public synchronized int forgotten(ServedBy version, Instant at) {
    changed();
    once.keySet().removeIf(small -> small.by().equals(version));
    int ended = 0;
    for (Subject subject : List.copyOf(open.keySet())) {
      if (Objects.equals(version, subject.version())) {
        close(subject, Episode.Status.CLOSED, at);
        ended++;
      }
    }
    return ended;
  }

  /**
   * @param findings of one subject, at least one
   */
  private Optional<Episode> found(List<Finding> findings, ServedBy servedBy, Instant at) {
    Finding worst = Collections.max(findings, Comparator.comparingDouble(Finding::relative));
    Open one =
        open.computeIfAbsent(
            worst.subject(), subject -> new Open(begin(subject, servedBy, at, worst.evidence())));
    one.quiet = 0;
    one.count(at, worst.relative(), worst.evidence());
    return one.announces(findings) ? Optional.of(one.episode) : Optional.empty();
  }

  private Episode begin(Subject subject, ServedBy servedBy, Instant at, Evidence evidence) {
    opened++;
    return new Episode(
        subject.kind().name().toLowerCase(Locale.ROOT) + "-" + opened,
        subject.kind(),
        subject.name(),
        servedBy,
        Episode.Status.OPEN,
        at,
        at,
        0,
        evidence,
        evidence,
        evidence,
        Optional.empty());
  }

  private void quiet(Subject subject, Instant at) {
    Open one = open.get(subject);
    if (one != null && ++one.quiet >= QUIET) {
      close(subject, Episode.Status.CLOSED, at);
    }
  }

  private void close(Subject subject, Episode.Status status, Instant at) {
    Episode last = Objects.requireNonNull(open.remove(subject)).episode;
    closed.addFirst(with(last, status, at, last.acknowledgedBy()));
    if (closed.size() > MOST_CLOSED) {
      closed.removeLast();
    }
  }

  private static Episode with(
      Episode episode, Episode.Status status, Instant updated, Optional<String> acknowledgedBy) {
    return new Episode(
        episode.id(),
        episode.kind(),
        episode.subject(),
        episode.servedBy(),
        status,
        episode.opened(),
        updated,
        episode.found(),
        episode.first(),
        episode.worst(),
        episode.newest(),
        acknowledgedBy);
  }

  /** Ends all episodes of drift and quality, because the changed rows are the new reference. */
  public synchronized void accept(Instant at) {
    changed();
    once.clear();
    for (Subject subject : List.copyOf(open.keySet())) {
      if (subject.kind() == Alarm.Kind.DRIFT || subject.kind() == Alarm.Kind.QUALITY) {
        close(subject, Episode.Status.ACCEPTED, at);
      }
    }
  }

  /** Acknowledges an open episode; returns false if no open episode has this id. */
  public synchronized boolean acknowledge(String id, String by) {
    changed();
    for (Open one : open.values()) {
      if (one.episode.id().equals(id)) {
        one.episode =
            with(one.episode, Episode.Status.OPEN, one.episode.updated(), Optional.of(by));
        return true;
      }
    }
    return false;
  }

  public synchronized void write(StateWriter out) {
    out.put(opened);
    out.each(
        open.entrySet(),
        (to, one) -> {
          EpisodeState.write(to, one.getKey());
          one.getValue().write(to);
        });
    out.each(
        once.entrySet(),
        (to, one) -> {
          EpisodeState.write(to, one.getKey().subject());
          to.put(one.getKey().by()).put(one.getValue().intValue());
        });
    out.each(closed, EpisodeState::write);
  }

  /** Replaces all episodes. */
  public synchronized void read(StateReader in) {
    changed();
    open.clear();
    once.clear();
    closed.clear();
    opened = in.int32();
    in.forEach(one -> open.put(EpisodeState.subject(one), Open.read(one)));
    in.forEach(one -> once.put(new Once(EpisodeState.subject(one), one.servedBy()), one.int32()));
    closed.addAll(in.each(EpisodeState::read));
  }

  /**
   * Returns the open episodes, oldest first, and then the closed ones, newest first; the same list
   * until something may have changed.
   */
  public synchronized List<Episode> all() {
    List<Episode> known = all;
    if (known == null) {
      known =
          Stream.concat(open.values().stream().map(one -> one.episode), closed.stream()).toList();
      all = known;
    }
    return known;
  }
}
