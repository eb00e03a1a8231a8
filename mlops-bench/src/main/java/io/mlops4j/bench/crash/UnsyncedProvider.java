package io.mlops4j.bench.crash;

import static io.mlops4j.bench.crash.UnsyncedFileSystem.unwrap;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Does to the real disk what is asked, and tells an {@link UnsyncedDisk} of every change. */
final class UnsyncedProvider extends FileSystemProvider {
  private final UnsyncedFileSystem files;
  private final UnsyncedDisk disk;

  UnsyncedProvider(UnsyncedFileSystem files, UnsyncedDisk disk) {
    this.files = files;
    this.disk = disk;
  }

  private static FileSystemProvider real(Path path) {
    return unwrap(path).getFileSystem().provider();
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = unwrap(path);
    boolean writes = options.contains(StandardOpenOption.WRITE);
    boolean makes = writes && !Files.exists(real, LinkOption.NOFOLLOW_LINKS);
    if (writes) {
      disk.before("open " + real);
    }
    FileChannel channel = FileChannel.open(real, options, attributes);
    if (makes) {
      disk.made(real, false);
    } else if (writes) {
      disk.written(real);
    }
    return new UnsyncedChannel(channel, real, disk);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return options.contains(StandardOpenOption.WRITE)
        ? newFileChannel(path, options, attributes)
        : Files.newByteChannel(unwrap(path), options, attributes);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    Path real = unwrap(folder);
    disk.before("make " + real);
    Files.createDirectory(real, attributes);
    disk.made(real, true);
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    disk.before("link " + link);
    Files.createLink(unwrap(link), unwrap(existing));
    disk.linked(unwrap(link), unwrap(existing));
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    disk.before("move " + from);
    Files.move(unwrap(from), unwrap(to), options);
    disk.moved(unwrap(from), unwrap(to));
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.before("delete " + path);
    Files.delete(unwrap(path));
    disk.deleted(unwrap(path));
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> real = real(folder).newDirectoryStream(unwrap(folder), path -> true);
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> paths = real.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return paths.hasNext();
          }

          @Override
          public Path next() {
            return files.wrap(paths.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  @Override
  public boolean isSameFile(Path one, Path two) throws IOException {
    return Files.isSameFile(unwrap(one), unwrap(two));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return Files.isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return Files.getFileStore(unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real(path).checkAccess(unwrap(path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real(path).getFileAttributeView(unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return Files.readAttributes(unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return Files.readAttributes(unwrap(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    Files.setAttribute(unwrap(path), attribute, value, options);
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) {
    throw new UnsupportedOperationException("copy");
  }

  @Override
  public String getScheme() {
    return "unsynced";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("newFileSystem");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return files;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("getPath");
  }
}
