package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A model bound to a pair of record classes that follows the deployment. */
final class FollowingRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final AliasFollower follower;
  private final RowKey key;
  private final @Nullable Canary canary;
  private final @Nullable RecentRows recent;
  private final @Nullable Shadow shadow;
  private final @Nullable Guard guard;
  private volatile @Nullable Bound<I, O> bound;

  FollowingRows(
      AliasFollower follower,
      RowKey key,
      @Nullable Canary canary,
      @Nullable RecentRows recent,
      @Nullable Shadow shadow,
      @Nullable Guard guard) {
    this.follower = follower;
    this.key = key;
    this.canary = canary;
    this.recent = recent;
    this.shadow = shadow;
    this.guard = guard;
  }

  private record Bound<I extends Record, O extends Record>(Served served, RowModel<I, O> rows) {}

  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // the key has the classes of the types
  private RowModel<I, O> rows(Served served) {
    Bound<I, O> now = bound;
    if (now == null || now.served() != served) {
      now = new Bound<>(served, (RowModel<I, O>) served.rows(key));
      bound = now;
    }
    return now.rows();
  }

  /**
   * Counts a call of the version that answers. Records that a candidate cannot be bound to are
   * answered by the champion.
   */
  private Served acquire(CallOptions options) {
    Served candidate = canary == null ? null : canary.acquire(options);
    if (candidate != null) {
      try {
        candidate.rows(key);
        return candidate;
      } catch (RuntimeException e) {
        candidate.release();
      }
    }
    return follower.current().acquire();
  }

  @Override
  public O predict(I row) {
    return predict(row, CallOptions.withDefaults());
  }

  @Override
  public O predict(I row, CallOptions options) {
    if (guard != null) {
      Objects.requireNonNull(options, "options");
      return guard.call(
          options,
          some(1),
          (served, rest) -> rows(served).predict(row, rest),
          (served, answer) -> offer(row, answer, served));
    }
    Served served = acquire(options);
    try {
      O answer = rows(served).predict(row, options);
      offer(row, answer, served);
      return answer;
    } finally {
      served.release();
    }
  }

  @Override
  public List<O> predict(List<I> rows) {
    if (guard != null) {
      return guard.call(
          CallOptions.withDefaults(),
          some(rows.size()),
          (served, rest) -> rows(served).predict(rows),
          (served, answers) -> offer(rows, answers, served));
    }
    Served served = acquire(CallOptions.withDefaults());
    try {
      List<O> answers = rows(served).predict(rows);
      offer(rows, answers, served);
      return answers;
    } finally {
      served.release();
    }
  }

  /** Whether the answer of an asynchronous call is waited for. */
  private boolean wantsAnswer() {
    return shadow != null || (recent != null && recent.wantsRows());
  }

  private void offer(I row, O answer, Served served) {
    if (recent != null) {
      recent.offer(key, row);
    }
    if (shadow != null) {
      shadow.offer(key, row, answer, served.servedBy());
    }
  }

  private void offer(List<I> rows, List<O> answers, Served served) {
    if (recent != null) {
      recent.offer(key, rows);
    }
    if (shadow != null) {
      shadow.offer(key, rows, answers, served.servedBy());
    }
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    try {
      if (guard != null) {
        return guarded(guard, row, options);
      }
      return begin(row, options);
    } catch (IllegalStateException closed) {
      return CompletableFuture.failedFuture(closed);
    }
  }

  private Guard.Rows some(int count) {
    return new Guard.Rows(() -> count, served -> served.rows(key) != null);
  }

  private CompletableFuture<O> guarded(Guard guards, I row, CallOptions options) {
    Objects.requireNonNull(options, "options");
    return guards.callAsync(
        options,
        some(1),
        (served, rest, answered) -> {
          CompletableFuture<O> call = rows(served).predictAsync(row, rest);
          if (wantsAnswer() && served.servedBy().fallback().isEmpty()) {
            CompletableFuture<Void> unused = call.thenAccept(found -> offer(row, found, served));
          }
          return call;
        },
        () -> {});
  }

  private CompletableFuture<O> begin(I row, CallOptions options) {
    Served served = acquire(options);
    try {
      CompletableFuture<O> call = rows(served).predictAsync(row, options);
      if (wantsAnswer()) {
        CompletableFuture<Void> unused = call.thenAccept(found -> offer(row, found, served));
      }
      return call;
    } catch (RuntimeException | Error e) {
      served.release();
      throw e;
    }
  }
}
