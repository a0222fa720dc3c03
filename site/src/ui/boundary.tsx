import { Component, type ComponentChildren } from "preact";
import * as t from "../texts/visitor.ts";
import { Failure } from "./states.tsx";

/** What is inside, or that it failed: in words, with what to tell people who help. */
export class Boundary extends Component<{ readonly children: ComponentChildren }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  override componentDidCatch(error: unknown): void {
    this.setState({ error: error ?? new Error("nothing was thrown") });
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Failure heading={t.pageBroken} detail={t.ourFault} level={1} error={error} retry={() => window.location.reload()} />;
  }
}
