package io.mlops4j.runtime.serving;

import io.mlops4j.inference.Model;
import java.lang.reflect.Proxy;

/** A model that can only be closed. */
final class StubModel {
  private StubModel() {}

  static Model closing(Runnable onClose) {
    return (Model)
        Proxy.newProxyInstance(
            StubModel.class.getClassLoader(),
            new Class<?>[] {Model.class},
            (self, method, arguments) -> {
              if (!method.getName().equals("close")) {
                throw new UnsupportedOperationException(method.getName());
              }
              onClose.run();
              return null;
            });
  }
}
