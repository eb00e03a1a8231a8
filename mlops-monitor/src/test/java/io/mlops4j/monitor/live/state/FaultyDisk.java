package io.mlops4j.monitor.live.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Files of a disk that may be full, or fail to cut a file. */
public final class FaultyDisk implements Output.Maker {
  private volatile int room = Integer.MAX_VALUE;
  private volatile boolean cuts = true;
  private final AtomicInteger forced = new AtomicInteger();

  public void full() {
    room(0);
  }

  /** Each write has room for so many bytes. */
  void room(int bytes) {
    room = bytes;
  }

  public void free() {
    room = Integer.MAX_VALUE;
  }

  /** The number of times that a file was forced. */
  public int forced() {
    return forced.get();
  }

  void cannotCut() {
    cuts = false;
  }

  @Override
  public Output make(Path file) throws IOException {
    Output made = Output.make(file);
    return new Output() {
      @Override
      public void write(byte[] bytes) throws IOException {
        int most = room;
        if (bytes.length > most) {
          made.write(Arrays.copyOf(bytes, most));
          throw new IOException("No space left on device");
        }
        made.write(bytes);
      }

      @Override
      public void cut(long length) throws IOException {
        if (!cuts) {
          throw new IOException("Input/output error");
        }
        made.cut(length);
      }

      @Override
      public void force() throws IOException {
        forced.incrementAndGet();
        made.force();
      }

      @Override
      public void close() throws IOException {
        made.close();
      }
    };
  }
}
