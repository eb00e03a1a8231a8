package io.mlops4j.samples.service.inference;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the vectors of requests that were answered for the next requests, which mostly have the
 * same form: making vectors takes longer than reading a small request into them. Thread safe.
 */
public final class RequestPool implements AutoCloseable {
  /** More than calls run at a time on most machines; each keeps at most 64 KiB. */
  private static final int MOST = 64;

  private final BufferAllocator allocator;
  private final ConcurrentLinkedDeque<InferenceRequest> free = new ConcurrentLinkedDeque<>();
  private final AtomicInteger kept = new AtomicInteger();
  private volatile boolean closed;

  /**
   * @param allocator where inputs are allocated
   */
  public RequestPool(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /**
   * Returns a request without inputs, which the caller closes.
   *
   * @param bytes the size of the request, which bounds the memory that shapes can claim
   */
  public InferenceRequest take(long bytes) {
    InferenceRequest request = poll();
    if (request == null) {
      request = new InferenceRequest(allocator, this);
    }
    request.begin(bytes);
    return request;
  }

  private @Nullable InferenceRequest poll() {
    InferenceRequest request = free.pollFirst(); // the newest one, which is in the cache
    if (request != null) {
      kept.decrementAndGet();
    }
    return request;
  }

  /** Keeps a request; false if the caller must free it. */
  boolean giveBack(InferenceRequest request) {
    if (kept.incrementAndGet() > MOST || closed) {
      kept.decrementAndGet();
      return false;
    }
    free.addFirst(request);
    if (closed) { // meanwhile
      freeAll();
    }
    return true;
  }

  private void freeAll() {
    for (InferenceRequest next = poll(); next != null; next = poll()) {
      next.free();
    }
  }

  /** Frees the memory of all requests, also of those that are still in use when they end. */
  @Override
  public void close() {
    closed = true;
    freeAll();
  }
}
