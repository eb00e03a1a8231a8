package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.runtime.binding.output.OutputCopy;
import io.mlops4j.runtime.serving.HeldRows;
import io.mlops4j.runtime.serving.ModelLoader;
import io.mlops4j.runtime.serving.ServingModel;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.spi.ModelSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/** Real models whose calls do something just before they begin: a race that is lost every time. */
final class PausedLoader implements ModelLoader {
  private final ModelLoader loader;
  private Consumer<ServingModel> beforeCall = model -> {};

  PausedLoader(ModelLoader loader) {
    this.loader = loader;
  }

  /** Before the next call, and before no other. */
  void beforeNextCall(Consumer<ServingModel> action) {
    beforeCall =
        model -> {
          beforeCall = other -> {};
          action.accept(model);
        };
  }

  @Override
  public ServingModel load(
      Supplier<? extends ModelSource> source, String name, LoadOptions options) {
    return paused(loader.load(source, name, options));
  }

  @Override
  public ServingModel load(
      RegisteredVersion version, LoadOptions options, InferenceEvent.Route route) {
    return paused(loader.load(version, options, route));
  }

  private ServingModel paused(ServingModel model) {
    return paused(ServingModel.class, model, model);
  }

  private <T> T paused(Class<T> type, T real, ServingModel model) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().startsWith("predict")) {
                beforeCall.accept(model);
              }
              try {
                Object result = method.invoke(real, arguments);
                return result instanceof HeldRows<?, ?> rows
                    ? paused(HeldRows.class, rows, model)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return type.cast(proxy);
  }

  @Override
  public BufferAllocator allocator() {
    return loader.allocator();
  }

  @Override
  public OutputCopy outputCopy() {
    return loader.outputCopy();
  }

  @Override
  public Executor executor() {
    return loader.executor();
  }
}
