package dev.flashq.server.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChecklistPageTest {
  private static final Quota.Pushes FEW = new Quota.Pushes(List.of("*"), new RateLimit(10, 1000));

  /** A cluster has up to 2,000 quotas, and a page is half of that. */
  @Test
  void findsAQuotaForPushesBehindTheFirstPage() {
    assertThat(
            ChecklistPage.pushQuotas(
                new Quotas(List.of(quota("a"), quota("b"), quota("c", FEW), quota("d")))))
        .isEqualTo(1);
    assertThat(ChecklistPage.pushQuotas(new Quotas(List.of(quota("a"), quota("b"), quota("c")))))
        .isZero();
    assertThat(ChecklistPage.pushQuotas(new Quotas(List.of()))).isZero();
  }

  private static Quota quota(String name, Quota.Pushes... pushes) {
    return new Quota(Quota.Owner.TOKEN, name, List.of(pushes), UseLimits.NONE);
  }

  /** Has two quotas on a page, whatever is asked for. */
  private record Quotas(List<Quota> all) implements CommandGateway {
    @Override
    public CompletableFuture<Reply> submit(
        Principal principal, @Nullable RequestId requestId, Command command) {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("unchecked")
    public <R> CompletableFuture<R> ask(
        Principal principal, Query<R> query, Consistency consistency) {
      var list = (Query.ListQuotas) query;
      int from = list.after() == null ? 0 : all.indexOf(list.after()) + 1;
      int to = Math.min(all.size(), from + 2);
      return CompletableFuture.completedFuture(
          (R) new Query.Quotas(all.subList(from, to), to < all.size()));
    }
  }
}
