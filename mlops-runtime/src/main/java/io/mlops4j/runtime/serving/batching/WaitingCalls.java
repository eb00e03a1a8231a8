package io.mlops4j.runtime.serving.batching;

import io.mlops4j.inference.Priority;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls by priority, those of one priority in their order. Not thread safe. */
final class WaitingCalls implements Iterable<QueuedCall> {
  /** By {@link Priority#ordinal}. */
  private final List<Deque<QueuedCall>> calls =
      Stream.of(Priority.values()).<Deque<QueuedCall>>map(any -> new ArrayDeque<>()).toList();

  private int size;

  @SuppressWarnings("EnumOrdinal") // an array costs a call nothing, a map would
  private Deque<QueuedCall> of(QueuedCall call) {
    return calls.get(call.priority.ordinal());
  }

  void add(QueuedCall call) {
    of(call).add(call);
    size++;
  }

  /** Adds a call before the others of its priority. */
  void addFirst(QueuedCall call) {
    of(call).addFirst(call);
    size++;
  }

  void remove(QueuedCall call) {
    if (of(call).remove(call)) {
      size--;
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Returns the first call, or null. */
  @Nullable QueuedCall peek() {
    Iterator<QueuedCall> first = iterator();
    return first.hasNext() ? first.next() : null;
  }

  @Override
  public Iterator<QueuedCall> iterator() {
    return new Iterator<>() {
      private int priority = calls.size();
      private Iterator<QueuedCall> each = List.<QueuedCall>of().iterator();

      @Override
      public boolean hasNext() {
        while (!each.hasNext() && priority > 0) {
          each = calls.get(--priority).iterator();
        }
        return each.hasNext();
      }

      @Override
      public QueuedCall next() {
        return each.next();
      }

      @Override
      public void remove() {
        each.remove();
        size--;
      }
    };
  }
}
