package io.mlops4j.samples.service.inference;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the vectors of requests that were answered for the next requests, which mostly have the
 * same form: making vectors takes longer than reading a small request into them. Thread safe.
 */
public final class RequestPool implements AutoCloseable {
  /** More than calls run at a time on most machines; each keeps at most 64 KiB. */
  private static final int MOST = 64;

  private final BufferAllocator allocator;
  private final Names names;
  private final ConcurrentLinkedDeque<InferenceRequest> free = new ConcurrentLinkedDeque<>();
  private final AtomicInteger kept = new AtomicInteger();
  private volatile boolean closed;

  /** Of the requests whose memory was made last. */
  private volatile @Nullable Schema schema;

  /** Refuses names that the model does not have. */
  interface Names {
    void requireInput(String name);

    void requireOutput(String name);
  }

  /**
   * @param allocator where inputs are allocated
   * @param names checks each name when it is read, so that many wrong ones take no memory
   */
  RequestPool(BufferAllocator allocator, Names names) {
    this.allocator = allocator;
    this.names = names;
  }

  Names names() {
    return names;
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

  /**
   * Returns the schema of columns: the same one for all requests of a form, because a model knows
   * the schemas of its last calls, and finds its inputs in the columns of others anew.
   */
  Schema schema(List<FieldVector> columns) {
    Schema own = new Schema(columns.stream().map(FieldVector::getField).toList());
    Schema last = schema;
    if (last != null && own.equals(last)) {
      return last;
    }
    schema = own;
    return own;
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
