package io.mlops4j.bench.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * A file whose bytes last from when they are forced. Its locks are granted to everybody, as those
 * of some network file systems are.
 */
final class UnsyncedChannel extends FileChannel {
  private final FileChannel real;
  private final Path path;
  private final UnsyncedDisk disk;

  UnsyncedChannel(FileChannel real, Path path, UnsyncedDisk disk) {
    this.real = real;
    this.path = path;
    this.disk = disk;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    disk.before("write " + path);
    int written = real.write(from);
    disk.written(path);
    return written;
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    disk.before("write " + path);
    int written = real.write(from, position);
    disk.written(path);
    return written;
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) throws IOException {
    disk.before("write " + path);
    long written = real.write(from, offset, length);
    disk.written(path);
    return written;
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    disk.before("truncate " + path);
    real.truncate(size);
    disk.written(path);
    return this;
  }

  /** The real disk need not be forced: only this one's memory counts. */
  @Override
  public void force(boolean metaData) throws IOException {
    disk.before("force " + path);
    disk.forced(path);
  }

  @Override
  public long transferFrom(ReadableByteChannel from, long position, long count) throws IOException {
    throw new IOException("transferFrom is not watched by this disk");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    if (mode != MapMode.READ_ONLY) {
      throw new IOException("writing through a map is not watched by this disk");
    }
    return real.map(mode, position, size);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    return real.read(into);
  }

  @Override
  public int read(ByteBuffer into, long position) throws IOException {
    return real.read(into, position);
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) throws IOException {
    return real.read(into, offset, length);
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel to) throws IOException {
    return real.transferTo(position, count, to);
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    return new NoLock(this, position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    return new NoLock(this, position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }

  /** A lock that excludes nobody. */
  private static final class NoLock extends FileLock {
    NoLock(FileChannel channel, long position, long size, boolean shared) {
      super(channel, position, size, shared);
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public void release() {}
  }
}
