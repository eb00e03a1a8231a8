package io.mlops4j.bench.crash;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The default file system under another name, so that what a program does with its paths passes
 * through {@link UnsyncedProvider}.
 */
final class UnsyncedFileSystem extends FileSystem {
  private final UnsyncedProvider provider;

  UnsyncedFileSystem(UnsyncedDisk disk) {
    provider = new UnsyncedProvider(this, disk);
  }

  /** A path of this file system. */
  Path wrap(Path real) {
    return (Path)
        Proxy.newProxyInstance(
            UnsyncedFileSystem.class.getClassLoader(),
            new Class<?>[] {Path.class},
            new Wrapped(real));
  }

  /** The path of the default file system that one of this one stands for. */
  static Path unwrap(Path path) {
    return Proxy.isProxyClass(path.getClass())
            && Proxy.getInvocationHandler(path) instanceof Wrapped wrapped
        ? wrapped.real
        : path;
  }

  /** Forwards everything, with paths unwrapped on the way in and wrapped on the way out. */
  private final class Wrapped implements InvocationHandler {
    private final Path real;

    Wrapped(Path real) {
      this.real = real;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      if (method.getName().equals("getFileSystem")) {
        return UnsyncedFileSystem.this;
      }
      if (method.getName().equals("iterator")) {
        List<Path> names = new ArrayList<>();
        real.forEach(name -> names.add(wrap(name)));
        return names.iterator();
      }
      try {
        @Nullable Object result = method.invoke(real, unwrapped(arguments));
        return result instanceof Path path ? wrap(path) : result;
      } catch (InvocationTargetException e) {
        throw Objects.requireNonNullElse(e.getCause(), e);
      }
    }

    private static Object @Nullable [] unwrapped(Object @Nullable [] arguments) {
      if (arguments == null) {
        return null;
      }
      Object[] real = arguments.clone();
      for (int i = 0; i < real.length; i++) {
        real[i] = real[i] instanceof Path path ? unwrap(path) : real[i];
      }
      return real;
    }
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public Path getPath(String first, String... more) {
    return wrap(Path.of(first, more));
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return Path.of("").getFileSystem().getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException("getPathMatcher");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("getUserPrincipalLookupService");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("newWatchService");
  }
}
