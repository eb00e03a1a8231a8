package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.registry.AliasRecord;
import io.mlops4j.runtime.serving.ServingModel;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One attempt to load and test the version of a record; the follower's lock guards it. */
final class VersionTrial {
  final AliasRecord record;
  final Instant since;

  /** How often the trial of the record was begun again before this one. */
  final int again;

  /** Completes when the trial has ended or was abandoned, with its failure or null. */
  final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();

  Runnable cancelLimit = () -> {};
  volatile boolean abandoned;

  /** Whether it was abandoned only because loading took long; its result may be of use. */
  volatile boolean late;

  /** Whether its connection may be dead; it is given some time before it is begun again. */
  boolean mayHang;

  private boolean read;
  private volatile boolean cutOff;
  private volatile @Nullable ServingModel tested;

  VersionTrial(AliasRecord record, Instant since, int again) {
    this.record = record;
    this.since = since;
    this.again = again;
  }

  /** Called between reading the version and loading it, which is of no use if it was abandoned. */
  synchronized void read() {
    read = true;
    if (abandoned && !late) {
      throw new CancellationException("the trial was abandoned");
    }
  }

  /**
   * Abandons a trial that is still reading from the registry. It hinders no other trial of the
   * version, since it will load nothing.
   *
   * @return false if the version has been read, and nothing was changed
   */
  synchronized boolean cutOff() {
    abandoned |= !read;
    cutOff = !read;
    return cutOff;
  }

  boolean isCutOff() {
    return cutOff;
  }

  /** Calls of this model end when the trial is abandoned. */
  void ends(ServingModel model) {
    boolean ends;
    synchronized (this) {
      tested = model;
      ends = abandoned && !late;
    }
    if (ends) {
      model.close();
    }
  }

  /** Its result no longer counts. */
  synchronized void abandon() {
    abandoned = true;
  }

  /**
   * Abandons a trial that is still loading its model, so that its result counts if nothing else was
   * begun. The calls of its test have a time limit of their own.
   *
   * @return false if it is testing, which was not changed
   */
  synchronized boolean goesOnLoading() {
    late = tested == null;
    abandoned |= late;
    return late;
  }

  /** Called after it was abandoned; may wait for a call that cannot be ended. */
  void endCalls() {
    ServingModel model = tested;
    if (model != null) {
      model.close();
    }
  }
}
