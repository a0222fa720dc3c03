// Styles of a view that not everybody opens come with its code.
declare module "*.css";
