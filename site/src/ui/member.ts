import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Vouchers } from "../api/vouchers.ts";
import type { Member } from "../member.ts";

export const MemberContext = createContext<Member | undefined>(undefined);

/** For the views of who is signed in. */
export function useMember(): Member {
  const member = useContext(MemberContext);
  if (!member) throw new Error("a view of members is drawn for a visitor");
  return member;
}

/** The vouchers' API, for the views that a stage without it has no addresses of. */
export function useVouchers(): Vouchers {
  const { vouchers } = useMember();
  if (!vouchers) throw new Error("this stage sells no vouchers");
  return vouchers;
}
